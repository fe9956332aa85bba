package bot

import (
	"slices"
	"time"
)

// PostState is where something that wants to go out stands, for one account.
type PostState string

// The states of a post.
const (
	Drafted    PostState = "draft"
	InReview   PostState = "in review"
	Approved   PostState = "approved"
	Scheduled  PostState = "scheduled"
	Publishing PostState = "publishing"
	Published  PostState = "published"
	Rejected   PostState = "rejected"
	Expired    PostState = "expired"   // its time passed; it is never fired late
	Held       PostState = "held"      // leaves only by a person's release
	Failed     PostState = "failed"    // will not be tried again
	Uncertain  PostState = "unknown"   // may have been published; a check or a person settles it
	Cancelled  PostState = "cancelled" // taken back before it went out
)

// PostMoves is the table of allowed moves of a post.
var PostMoves = map[PostState][]PostState{
	Drafted:    {InReview, Approved, Scheduled, Cancelled},
	InReview:   {Approved, Rejected, Drafted, Expired, Held, Cancelled},
	Approved:   {Scheduled, Publishing, InReview, Drafted, Expired, Held, Cancelled},
	Scheduled:  {Publishing, Approved, InReview, Drafted, Expired, Held, Cancelled, Failed},
	Publishing: {Published, Scheduled, Failed, Uncertain, Expired},
	Uncertain:  {Published, Failed, Scheduled},
	Held:       {Approved, Scheduled, InReview, Rejected, Drafted, Cancelled, Expired},
	Failed:     {Scheduled, Drafted, Cancelled},
	Expired:    {Scheduled, Drafted, Cancelled},
	Rejected:   {Drafted, Cancelled},
	Published:  {},
	Cancelled:  {},
}

// Post is a draft's row for one account.
type Post struct {
	ID       ID        `json:"id"`
	Brand    BrandID   `json:"brand"`
	Draft    ID        `json:"draft"`
	Account  AccountID `json:"account"`
	State    PostState `json:"state"`
	Due      time.Time `json:"due,omitzero"`     // when it goes out
	Hash     string    `json:"hash,omitempty"`   // of the content it was sent to the outbox with
	Effect   ID        `json:"effect,omitempty"` // of the publication
	Remote   string    `json:"remote,omitempty"` // the platform's id, once it is out
	URL      string    `json:"url,omitempty"`
	OutAt    time.Time `json:"out_at,omitzero"`
	Fault    *Error    `json:"fault,omitempty"`
	Held     *Hold     `json:"held,omitempty"`
	Revision int       `json:"revision"`
}

// Hold is why something does not go out, by whom, and until when at least.
type Hold struct {
	Why   string    `json:"why,omitempty"`
	By    PersonID  `json:"by,omitempty"`
	At    time.Time `json:"at"`
	Until time.Time `json:"until,omitzero"` // zero: until somebody lifts it
}

// Move changes the state, or returns a Conflict when the table does not allow it.
func (p *Post) Move(to PostState) error {
	if err := allowed(p.State, to); err != nil {
		return err
	}
	p.State = to
	p.Revision++
	return nil
}

// Over reports whether nothing will become of the post any more by itself or by a
// person's word.
func (p *Post) Over() bool { return len(PostMoves[p.State]) == 0 }

func allowed(from, to PostState) error {
	if slices.Contains(PostMoves[from], to) {
		return nil
	}
	return Errorf(Conflict, "error.post_move", "from", string(from), "to", string(to))
}

// whole is the order in which the states of a draft's posts speak for the draft:
// what somebody must look at first.
var whole = []PostState{Uncertain, Failed, Expired, Held, Publishing, Rejected, InReview, Drafted, Approved, Scheduled, Published, Cancelled}

// Weight orders states: the least is what somebody must look at first.
func Weight(s PostState) int { return slices.Index(whole, s) }

// Whole is the state that says how a draft stands, given its posts.
func Whole(posts []Post) PostState {
	best := len(whole)
	for i := range posts {
		if n := slices.Index(whole, posts[i].State); n >= 0 {
			best = min(best, n)
		}
	}
	if best == len(whole) {
		return Cancelled
	}
	return whole[best]
}

// Entry is one line of a calendar: something that goes out on an account, or went out.
type Entry struct {
	UID      string    // the same for as long as it is the same thing
	At       time.Time // when it goes out, or went out
	Account  AccountID
	State    PostState
	Draft    ID
	Number   int    // of the draft; 0: it is not written yet, its series will
	Text     string // as the account gets it
	Campaign string
	Series   int       // the number of the series it comes from; 0: none
	Changed  time.Time // last; zero: not known
	Revision int       // rises with every change
	URL      string    // once it is out
}

// TimeUID is the UID of a time of a series on an account, before and after there is a
// draft for it.
func TimeUID(series ID, slot string, account AccountID) string {
	return string(series) + "-" + slot + "-" + string(account)
}

// Numbers is what a network tells of a post. Nil is a number that it does not give,
// which is not 0.
type Numbers struct {
	Likes   *int `json:"likes,omitempty"`
	Replies *int `json:"replies,omitempty"`
	Shares  *int `json:"shares,omitempty"`
	Views   *int `json:"views,omitempty"`
}

// Reading is what the numbers of a post were at a moment.
type Reading struct {
	Post    ID            `json:"post"`
	Brand   BrandID       `json:"brand"`
	Account AccountID     `json:"account"`
	At      time.Time     `json:"at"`
	After   time.Duration `json:"after,omitempty"` // the planned moment that it was read for; 0: somebody asked
	Numbers Numbers       `json:"numbers"`
	Fault   string        `json:"fault,omitempty"` // why there are none: the kind of the error
}

// Readings is the plan of what is yet to be read of a post that is out.
type Readings struct {
	Post    ID        `json:"post"`
	Brand   BrandID   `json:"brand"`
	Account AccountID `json:"account"`
	OutAt   time.Time `json:"out_at"`
	Next    time.Time `json:"next,omitzero"` // when it is read again; zero: all is read
	Step    int       `json:"step"`          // of the brand's moments, how many are read or passed
	Tries   int       `json:"tries,omitempty"`
	Missing time.Time `json:"missing,omitzero"` // when its network first said that it is not there
}

// Results is what is shown of the numbers of a draft's posts, on one card.
type Results struct {
	Draft  ID        `json:"draft"`
	Brand  BrandID   `json:"brand"`
	Behind time.Time `json:"behind,omitzero"` // since when the card does not show all that was read; zero: it does
	Chart  Picture   `json:"chart,omitzero"`  // how the numbers went; without a hash there is none yet
}
