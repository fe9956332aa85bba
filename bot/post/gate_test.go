package post_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/records"
	"ponte/internal/coretest"
	"ponte/storage"
)

// Whatever is wrong in the very moment in which a post would start keeps it in,
// also where nothing that the desk does could have made it so.
func TestTheGate(t *testing.T) {
	post := func(h *house, d bot.Draft, change func(*bot.Post)) {
		p := h.posts(d)[0]
		h.Update(func(tx *storage.Tx) error {
			change(&p)
			return records.Posts.Put(tx, p)
		})
	}
	for name, tc := range map[string]struct {
		spoil func(*house, bot.Draft)
		want  string
	}{
		"nothing": {func(*house, bot.Draft) {}, "published"},
		"another text": {func(h *house, d bot.Draft) {
			h.Update(func(tx *storage.Tx) error {
				d = h.mustDraft(tx, d)
				d.Content.Text = "other"
				return records.Drafts.Put(tx, d)
			})
		}, "failed"},
		"another time": {func(h *house, d bot.Draft) {
			h.Update(func(tx *storage.Tx) error {
				d = h.mustDraft(tx, d)
				d.Content.When = d.Content.When.Add(time.Minute)
				return records.Drafts.Put(tx, d)
			})
		}, "failed"},
		"a request for another hash": {func(h *house, d bot.Draft) {
			r := h.request(d)
			r.Hash = "other"
			h.Update(func(tx *storage.Tx) error { return records.Requests.Put(tx, r) })
		}, "failed"},
		"no quorum": {func(h *house, d bot.Draft) {
			h.Configure(func(b *bot.Brand) { b.Approvals.Quorum = map[bot.Matter]int{bot.PostMatter: 2} })
		}, "failed"},
		"a newer request": {func(h *house, d bot.Draft) {
			h.Update(func(tx *storage.Tx) error {
				c := d.Content
				_, err := h.court.Ask(tx, bot.Request{Brand: aurora, Matter: bot.PostMatter, Subject: d.ID, Hash: c.Hash(), By: "ana", Content: &c})
				return err
			})
		}, "failed"},
		"a pause": {func(h *house, _ bot.Draft) {
			h.Update(func(tx *storage.Tx) error { return h.desk.Pause(tx, h.brand(), "bo", "", time.Time{}) })
		}, "held"},
		"a hold":         {func(h *house, d bot.Draft) { post(h, d, func(p *bot.Post) { p.Held = &bot.Hold{By: "bo"} }) }, "failed"},
		"a later time":   {func(h *house, d bot.Draft) { post(h, d, func(p *bot.Post) { p.Due = p.Due.Add(-time.Hour) }) }, "expired"},
		"another hash":   {func(h *house, d bot.Draft) { post(h, d, func(p *bot.Post) { p.Hash = "other" }) }, "failed"},
		"another effect": {func(h *house, d bot.Draft) { post(h, d, func(p *bot.Post) { p.Effect = "other" }) }, "publishing"},
		"taken back":     {func(h *house, d bot.Draft) { post(h, d, func(p *bot.Post) { p.State = bot.Cancelled; p.Effect = "" }) }, "cancelled"},
		"an account that went elsewhere": {func(h *house, _ bot.Draft) {
			h.Configure(func(b *bot.Brand) { b.Accounts = slices.Clone(b.Accounts[1:]) })
		}, "failed"},
		"an account that takes none": {func(h *house, _ bot.Draft) {
			h.Update(func(*storage.Tx) error { h.Net.Can.CanPost = false; return nil })
		}, "failed"},
		"another act": {func(h *house, d bot.Draft) {
			h.Update(func(tx *storage.Tx) error {
				e, err := records.Effect(tx, h.firstPost(tx, d).Effect)
				e.Act = act.Seal(act.Publish{Text: "other"})
				return cmpOr(err, records.Effects.Put(tx, e))
			})
		}, "failed"},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(h *house) {
				d := h.planned()
				h.Net.Fails(func(string, act.Act) *coretest.Fault {
					return &coretest.Fault{Err: &bot.Error{Kind: bot.RateLimited, Key: "error.unavailable", RetryAfter: time.Minute}}
				})
				h.Pass(time.Hour + time.Second)
				h.is(d, "publishing")
				h.Net.Fails(nil)
				tc.spoil(h, h.draft(d))
				h.Pass(2 * time.Minute)
				h.Idle()
				h.is(d, tc.want)
				if got := h.public(); (len(got) == 1) != (tc.want == "published") {
					t.Errorf("the public reads %q", got)
				}
			})
		})
	}
}

func (h *house) mustDraft(tx *storage.Tx, d bot.Draft) bot.Draft {
	d, err := records.Drafts.Get(tx, storage.K(aurora, d.ID))
	if err != nil {
		h.Error(err)
	}
	return d
}

func (h *house) firstPost(tx *storage.Tx, d bot.Draft) bot.Post {
	p, err := records.PostsOf.First(tx, storage.K(d.ID))
	if err != nil {
		h.Error(err)
	}
	return p
}

func cmpOr(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// A publication that is no post of the desk's has nobody's word.
func TestNobodyElsePublishes(t *testing.T) {
	in(t, func(h *house) {
		for _, kind := range []string{act.OnDraft, act.OnReply, act.OnPost} {
			h.do(func(tx *storage.Tx) error {
				_, err := h.Out.Say(tx, act.Effect{
					Brand: aurora, Subject: act.Subject{Kind: kind, ID: "x"}, At: act.Place{Platform: "net", Space: string(page)}, Act: act.Seal(act.Publish{Text: "psst"}),
				})
				return err
			})
		}
		h.Pass(time.Hour)
		if got := h.public(); len(got) != 0 {
			t.Errorf("the public reads %q", got)
		}
	})
}

// version is a content of the try below, by the number that its text carries.
type version struct {
	draft   int
	content bot.Content
	author  bot.PersonID
	yes, no map[bot.PersonID]bool
	over    bool // another content took its place, or it is off
	refused bool
	again   *again // of a series; its times are said with the same text
}

// try is a model of what may go out: what people said, about what, and when.
type try struct {
	*house
	rng      *rand.Rand
	drafts   []bot.Draft
	versions []*version
	series   []*again
	paused   bool
	held     map[string]bool // "draft account"
	quorum   int
	mu       sync.Mutex     // what goes out is judged while people go on
	out      map[string]int // "version account", how often
}

// Random days of a team: nothing stands in public whose exact content did not
// have its quorum at that moment, and nothing stands there twice.
func TestNothingGoesOutWithoutItsWord(t *testing.T) {
	out, times := 0, 0
	worlds := coretest.Some(16)
	for seed := uint64(10); seed < 10+uint64(worlds); seed++ {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			in(t, func(h *house) {
				y := &try{house: h, rng: rand.New(rand.NewPCG(seed, 7)), held: map[string]bool{}, quorum: 1, out: map[string]int{}}
				h.Net.Takes = y.takes
				for range 60 {
					y.step()
				}
				y.settles()
				h.Net.Fails(nil)
				for range 12 {
					h.Down(15 * time.Minute)
				}
				out += len(y.out)
				for _, a := range y.series {
					times += a.said
				}
			})
		})
	}
	if out < worlds*3/2 || times < worlds*3/4 {
		t.Errorf("only %d posts went out, and %d times of series", out, times)
	}
}

// takes judges what reaches the public.
func (y *try) takes(ref string, a act.Act) {
	m, _ := y.Net.Find(ref)
	text := a.(act.Publish).Text
	y.mu.Lock()
	defer y.mu.Unlock()
	n, _ := strconv.Atoi(strings.TrimPrefix(text, "version "))
	v, account := y.versions[n], bot.AccountID(m.At.Space)
	wrong := func(why string) { y.Errorf("%s went out on %s at %v: %s", text, account, time.Now().UTC(), why) }
	agree := 0
	for p := range v.yes {
		if p != v.author && v.yes[p] {
			agree++
		}
	}
	switch when := v.content.When; {
	case v.over || v.refused:
		wrong("it is not what stands")
	case agree < y.quorum || len(v.no) > 0:
		wrong(fmt.Sprintf("%d of %d agree", agree, y.quorum))
	case !slices.Contains(v.content.Accounts, account):
		wrong("it was not meant for it")
	case y.paused || y.held[fmt.Sprint(v.draft, account)]:
		wrong("it is held")
	case !when.IsZero() && (time.Now().Before(when) || time.Now().After(when.Add(30*time.Minute))):
		wrong("it is not its time, " + when.String())
	case v.again != nil:
		if why := v.again.judges(time.Now()); why != "" {
			wrong(why)
		}
	case y.out[text+string(account)] > 0:
		wrong("it is out already")
	}
	y.out[text+string(account)]++
}

// step is something that somebody does, or that happens.
func (y *try) step() {
	d := -1
	if len(y.drafts) > 0 {
		d = y.rng.IntN(len(y.drafts))
	}
	switch n := y.rng.IntN(24); {
	case n >= 20:
		y.repeats(n - 20)
	case d < 0 || n < 3:
		y.writes()
	case n < 4:
		y.edits(d)
	case n < 11:
		y.says(d)
	case n == 11:
		y.holds(d)
	case n == 12:
		y.pauses()
	case n == 13:
		y.do(func(tx *storage.Tx) error {
			if err := y.desk.Cancel(tx, y.brand(), "ana", y.drafts[d]); err != nil {
				return ignored(err)
			}
			y.voids(d)
			return nil
		})
	case n == 14:
		y.mu.Lock()
		y.quorum = 1 + y.rng.IntN(2)
		y.mu.Unlock()
		y.Configure(func(b *bot.Brand) { b.Approvals.Quorum = map[bot.Matter]int{bot.PostMatter: y.quorum} })
	case n == 15:
		y.Restart()
		y.Idle()
	case n == 16:
		y.Down(time.Duration(30+y.rng.IntN(60)) * time.Minute)
	case n == 17:
		y.Net.Fails(y.trouble())
	default:
		y.Down(time.Duration(y.rng.IntN(25)) * time.Minute)
		y.Pass(time.Duration(y.rng.IntN(5)) * time.Minute)
		y.Idle()
	}
}

// trouble is what the network does with the next attempts; what it leaves open it
// tells when it is asked.
func (y *try) trouble() func(string, act.Act) *coretest.Fault {
	left, taken := 2, y.rng.IntN(2) == 0
	fault := coretest.Fault{Err: bot.Errorf(bot.Ambiguous, "error.unknown_outcome"), Taken: taken}
	if y.rng.IntN(2) == 0 {
		fault = coretest.Fault{Err: &bot.Error{Kind: bot.RateLimited, Key: "error.unavailable", RetryAfter: 10 * time.Minute}}
	}
	return func(string, act.Act) *coretest.Fault {
		if left--; left < 0 {
			return nil
		}
		return &fault
	}
}

// ignored is a refusal, which the model need not foresee: it judges what goes out.
func ignored(err error) error {
	if _, ok := bot.Asked(err); ok {
		return nil
	}
	if errors.Is(err, errDecided) {
		return nil
	}
	return err
}

// voids ends all contents of a draft that are not out.
func (y *try) voids(d int) {
	y.mu.Lock()
	defer y.mu.Unlock()
	for _, v := range y.versions {
		v.over = v.over || v.draft == d
	}
}

func (y *try) content() bot.Content {
	c := bot.Content{Text: "version " + strconv.Itoa(len(y.versions)), Accounts: []bot.AccountID{page, shop}[:1+y.rng.IntN(2)]}
	if y.rng.IntN(3) > 0 {
		c.When = time.Now().Add(time.Duration(1+y.rng.IntN(120)) * time.Minute).UTC()
	}
	return c
}

func (y *try) version(d int, c bot.Content, by bot.PersonID) *version {
	return &version{draft: d, content: c, author: by, yes: map[bot.PersonID]bool{}, no: map[bot.PersonID]bool{}}
}

func (y *try) writes() {
	o, d := says("", time.Time{}), len(y.drafts)
	o.Content = y.content()
	y.mu.Lock()
	y.versions = append(y.versions, y.version(d, o.Content, "ana"))
	y.mu.Unlock()
	y.drafts = append(y.drafts, y.house.writes(o))
	for _, who := range []bot.PersonID{"pia", "sven"}[:y.rng.IntN(3)] {
		y.word(d, who, "yes")
	}
}

func (y *try) edits(d int) {
	o := says("", time.Time{})
	o.By, o.Content = []bot.PersonID{"ana", "bo", "sven"}[y.rng.IntN(3)], y.content()
	next := y.version(d, o.Content, o.By)
	next.over = true
	y.mu.Lock()
	y.versions = append(y.versions, next) // its number is taken, whatever becomes of it
	y.mu.Unlock()
	if y.rng.IntN(4) == 0 { // a change of the time alone
		o.Content.Text = y.draft(y.drafts[d]).Content.Text
	}
	err := y.house.edits(y.drafts[d], o, -1)
	if ignored(err) != nil {
		y.Error(err)
	}
	if err != nil {
		return
	}
	y.voids(d)
	n, _ := strconv.Atoi(strings.TrimPrefix(o.Content.Text, "version "))
	y.mu.Lock()
	defer y.mu.Unlock()
	next.over = false
	y.versions[n] = next
	for _, a := range []bot.AccountID{page, shop} {
		if !slices.Contains(o.Content.Accounts, a) {
			y.held[fmt.Sprint(d, a)] = false // its post was taken back
		}
	}
}

func (y *try) says(d int) {
	who := []bot.PersonID{"pia", "sven", "ana"}[y.rng.IntN(3)]
	y.word(d, who, []string{"yes", "yes", "yes", "yes", "off", "no", "return"}[y.rng.IntN(7)])
}

func (y *try) word(d int, who bot.PersonID, word string) {
	defer y.Idle()
	y.mu.Lock()
	defer y.mu.Unlock()
	err := y.Try(func(tx *storage.Tx) error { return y.court.says(tx, y.brand(), y.drafts[d].ID, who, word) })
	if ignored(err) != nil {
		y.Error(err)
	}
	for _, v := range y.versions {
		if err != nil || v.draft != d || v.over {
			continue
		}
		delete(v.yes, who)
		switch p, _ := y.brand().Person(who); {
		case word == "return":
			v.refused = true
		case !p.Has(bot.Approver) || who == v.author:
		case word == "no":
			v.refused = true
		case word == "yes":
			v.yes[who] = true
		}
	}
}

func (y *try) holds(d int) {
	defer y.Idle()
	p := y.posts(y.drafts[d])[0]
	key := fmt.Sprint(d, p.Account)
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.held[key] {
		y.held[key] = y.Try(func(tx *storage.Tx) error { return y.desk.Release(tx, y.brand(), "bo", p) }) != nil
	} else {
		y.held[key] = y.Try(func(tx *storage.Tx) error { return y.desk.Hold(tx, y.brand(), "bo", p, "", time.Time{}) }) == nil
	}
}

func (y *try) pauses() {
	defer y.Idle()
	y.mu.Lock()
	defer y.mu.Unlock()
	y.Update(func(tx *storage.Tx) error {
		if !y.paused {
			return y.desk.Pause(tx, y.brand(), "bo", "", time.Time{})
		}
		_, err := y.desk.Resume(tx, y.brand(), "bo")
		return err
	})
	y.paused = !y.paused
}

// settles looks for what nobody knows of.
func (y *try) settles() {
	for _, d := range y.drafts {
		for _, p := range y.posts(d) {
			if p.State == bot.Uncertain {
				y.Errorf("%s on %s is unknown, of a network that can be asked", d.Content.Text, p.Account)
			}
		}
	}
}
