package bot

import (
	"slices"
	"time"
)

// RequestState is how a request for a decision stands.
type RequestState string

// The states of a request. All but Awaiting are ends, except that Agreed goes back to
// Awaiting when a decision is withdrawn before anything went out.
const (
	Awaiting   RequestState = "asked"
	Agreed     RequestState = "approved"
	Refused    RequestState = "rejected"
	Returned   RequestState = "changes wanted"
	Superseded RequestState = "superseded" // the content is another now
	Lapsed     RequestState = "lapsed"     // nobody decided in time
	Void       RequestState = "void"       // what it was about is off
)

// RequestMoves is the table of allowed moves of a request.
var RequestMoves = map[RequestState][]RequestState{
	Awaiting:   {Agreed, Refused, Returned, Superseded, Lapsed, Void},
	Agreed:     {Awaiting, Superseded, Lapsed, Void},
	Refused:    {},
	Returned:   {},
	Superseded: {},
	Lapsed:     {},
	Void:       {},
}

// Matter is what kind of thing is decided about; a brand's quorum depends on it.
type Matter string

// The matters.
const (
	PostMatter   Matter = "post"
	SeriesMatter Matter = "series" // of posts: it needs what a post needs
	ReplyMatter  Matter = "reply"
)

// Request asks a brand's approvers for a decision about one content. The message
// that asks shows what the request holds, and never changes what it shows.
type Request struct {
	ID        ID           `json:"id"`
	Brand     BrandID      `json:"brand"`
	Matter    Matter       `json:"matter"`
	Subject   ID           `json:"subject"`          // of the draft or the reply
	Number    int          `json:"number,omitempty"` // of the draft, as people name it
	Hash      string       `json:"hash"`             // of the content that the decision is about
	By        PersonID     `json:"by"`               // its author, who may not decide unless the brand allows it
	Wrote     []PersonID   `json:"wrote,omitempty"`  // who else had a hand in it
	At        time.Time    `json:"at"`
	Until     time.Time    `json:"until,omitzero"`     // it lapses then
	RemindAt  time.Time    `json:"remind_at,omitzero"` // zero: they were reminded, or need not be
	State     RequestState `json:"state"`
	Decisions []Decision   `json:"decisions,omitempty"` // the last one of each person, the newest last
	Next      ID           `json:"next,omitempty"`      // the request that took its place
	Text      string       `json:"text,omitempty"`      // of a reply
	To        string       `json:"to,omitempty"`        // whom a reply answers, by name
	Account   AccountID    `json:"account,omitempty"`   // as whom a reply speaks
	Content   *Content     `json:"content,omitempty"`   // of a draft
	Warnings  []Finding    `json:"warnings,omitempty"`  // what the checks say to whoever decides
	Trace     ID           `json:"trace,omitempty"`     // the conversation, of a reply
	Closed    bool         `json:"closed,omitempty"`    // what it is about is out: no word matters any more
	Revision  int          `json:"revision"`
}

// Decision is one person's word on a request.
type Decision struct {
	Who    PersonID  `json:"who"`
	Yes    bool      `json:"yes"`
	Off    bool      `json:"off,omitempty"` // taken back, by How at At: it counts no more
	Reason string    `json:"reason,omitempty"`
	How    string    `json:"how"`          // reaction, button or command
	On     string    `json:"on,omitempty"` // of a reaction: the platform's id of the message that it was put on
	At     time.Time `json:"at"`
}

// Finding is what a check says of a draft, and how to mend it. One that stops lets nothing go out.
type Finding struct {
	Check   string            `json:"check"` // "too_long", "alt", …
	Stops   bool              `json:"stops,omitempty"`
	Account AccountID         `json:"account,omitempty"` // empty: all of them
	Field   string            `json:"field,omitempty"`   // "text", "pictures", "when"
	Args    map[string]string `json:"args,omitempty"`    // of its sentence
	On      time.Time         `json:"on,omitzero"`       // the day that its sentence names, in the brand's zone
}

// Approvals is how a brand decides what goes out. The zero value asks for one
// approver's word for every post and for no reply.
type Approvals struct {
	Channel string         // short name of the channel where decisions are asked for; empty: the default channel
	Quorum  map[Matter]int // approvers who must agree; missing: 1 for posts, 0 for replies
	Self    bool           // authors may decide about what they wrote
	Yes     []string       // reactions that approve; empty: ✅
	No      []string       // reactions that reject; empty: ❌
	Lapse   time.Duration  // how long a decision is waited for when the content names no time; 0: 72 hours
	Remind  time.Duration  // how long before it lapses approvers are reminded; 0: an hour
}

// Needs is how many approvers must agree on a matter.
func (a *Approvals) Needs(m Matter) int {
	if m == SeriesMatter {
		m = PostMatter
	}
	if n, ok := a.Quorum[m]; ok {
		return n
	}
	if m == PostMatter {
		return 1
	}
	return 0
}

// Signs returns the reactions that approve and those that reject, at least one of each.
func (a *Approvals) Signs() (yes, no []string) {
	yes, no = a.Yes, a.No
	if len(yes) == 0 {
		yes = []string{"✅"}
	}
	if len(no) == 0 {
		no = []string{"❌"}
	}
	return yes, no
}

// Emoji tells what a reaction says: 1 approves, -1 rejects, 0 neither.
func (a *Approvals) Emoji(e string) int {
	yes, no := a.Signs()
	switch {
	case slices.Contains(yes, e):
		return 1
	case slices.Contains(no, e):
		return -1
	}
	return 0
}

// MayDecide tells whether a person may decide about what some wrote.
func (a *Approvals) MayDecide(p Person, writers ...PersonID) bool {
	return p.Has(Approver) && (a.Self || !slices.ContainsFunc(writers, p.Is))
}

// Writers are all who had a hand in what is asked about, the last one first.
func (r *Request) Writers() []PersonID {
	return append([]PersonID{r.By}, r.Wrote...)
}

// Move changes the state, or returns a Conflict when the table does not allow it.
func (r *Request) Move(to RequestState) error {
	if !slices.Contains(RequestMoves[r.State], to) {
		return Errorf(Conflict, "error.request_move", "From", string(r.State), "To", string(to))
	}
	r.State = to
	return nil
}

// Over reports whether no word on the request counts any more.
func (r *Request) Over() bool { return len(RequestMoves[r.State]) == 0 }

// Word returns what a person said last on the request, also when they took it back.
func (r *Request) Word(b *Brand, p PersonID) (Decision, bool) {
	for _, d := range slices.Backward(r.Decisions) {
		if b.Whose(d.Who) == b.Whose(p) {
			return d, true
		}
	}
	return Decision{}, false
}

// Hear puts a person's word in the place of their last one. The same word again
// keeps its place among the others and its time.
func (r *Request) Hear(b *Brand, d Decision) {
	all := slices.Clone(r.Decisions)
	for i, o := range slices.Backward(all) {
		if b.Whose(o.Who) != b.Whose(d.Who) {
			continue
		}
		if o.Yes == d.Yes && o.Off == d.Off {
			d.At = o.At
			all[i], r.Decisions = d, all
			return
		}
		all = slices.Delete(all, i, i+1)
		break
	}
	r.Decisions = slices.Concat(all, []Decision{d})
}

// Agreeing counts the approvers whose last word on the request is yes, by the brand's
// people as they are now, and those who say no. Two who had one id count once.
func (r *Request) Agreeing(b *Brand) (yes, no int) {
	var heard []Person
	for _, d := range slices.Backward(r.Decisions) {
		p, ok := b.Person(d.Who)
		if !ok || slices.ContainsFunc(heard, func(o Person) bool { return o.Is(p.ID) || p.Is(o.ID) }) {
			continue
		}
		heard = append(heard, p)
		switch {
		case d.Off || !b.Approvals.MayDecide(p, r.Writers()...):
		case d.Yes:
			yes++
		default:
			no++
		}
	}
	return yes, no
}

// Has reports whether the request has its quorum now.
func (r *Request) Has(b *Brand) bool {
	yes, no := r.Agreeing(b)
	return r.State == Agreed && no == 0 && yes >= b.Approvals.Needs(r.Matter)
}
