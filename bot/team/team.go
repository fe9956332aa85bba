// Package team is who is in a brand's team beyond what the configuration says: the
// people of groups that team chat knows, for as long as they are in them, and those
// who were given a role here. It folds them into the brands that everybody else
// reads. It knows no platform, and what a role allows is not its affair.
package team

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/clock"
	"ponte/bot/outbox"
	"ponte/bot/records"
	"ponte/storage"
)

// Team keeps who is in which group and who was given what. What it knows is in the
// store, and in memory so that Brands costs nothing and asks no store.
type Team struct {
	store   storage.Store
	base    func() *bot.Brands
	log     *slog.Logger
	clock   *clock.Clock
	out     *outbox.Outbox
	rosters map[string]act.Roster
	under   sync.WaitGroup // of asking

	mu      sync.Mutex
	grouped map[string]records.Grouped
	mates   map[mate]records.Teammate
	of      *bot.Brands // what folded was made from
	folded  *bot.Brands
	met     map[string]time.Time  // by user: when a deed told their groups
	asked   map[string]time.Time  // by group: when its roster was asked for last
	asking  map[string]bool       // by group: it is being asked for
	trouble map[string]*bot.Error // by group: why it is not known who is in it now
	looked  time.Time             // when those who were given roles were looked up last
	looking bool                  // they are being looked up
	unclear bool                  // of some it is not known whether they are members
}

// mate is somebody in a brand.
type mate struct {
	brand bot.BrandID
	user  string
}

// New makes the team of the brands that a configuration has.
func New(store storage.Store, configured func() *bot.Brands, log *slog.Logger) *Team {
	return &Team{
		store: store, base: configured, log: log, clock: clock.New("team", log),
		grouped: map[string]records.Grouped{}, mates: map[mate]records.Teammate{}, met: map[string]time.Time{},
		asked: map[string]time.Time{}, asking: map[string]bool{}, trouble: map[string]*bot.Error{},
	}
}

// With says by what it tells people, and who knows the groups of which platform. It
// is called before anything runs.
func (t *Team) With(out *outbox.Outbox, rosters map[string]act.Roster) {
	t.out, t.rosters = out, rosters
}

// Load reads what is known. It is called before Brands.
func (t *Team) Load(ctx context.Context) error {
	return t.store.View(ctx, func(tx *storage.Tx) error {
		grouped, mates := map[string]records.Grouped{}, map[mate]records.Teammate{}
		for g, err := range records.Groups.Under(tx, nil) {
			if err != nil {
				return err
			}
			grouped[g.User] = g
		}
		for m, err := range records.Teammates.Under(tx, nil) {
			if err != nil {
				return err
			}
			mates[mate{m.Brand, m.User}] = m
		}
		t.mu.Lock()
		defer t.mu.Unlock()
		t.grouped, t.mates, t.folded = grouped, mates, nil
		return nil
	})
}

// Brands are the brands as configured, with the people folded in who are in their
// teams beyond that. Like them it is never altered.
func (t *Team) Brands() *bot.Brands {
	t.mu.Lock()
	defer t.mu.Unlock()
	if base := t.base(); t.folded == nil || t.of != base {
		t.of, t.folded = base, fold(base, t.grouped, t.mates)
	}
	return t.folded
}

// learns takes in, once it is on disk, what is newer than what is known. Commits may
// be heard of in another order than they were made.
func (t *Team) learns(tx *storage.Tx, grouped []records.Grouped, mates []records.Teammate) {
	if len(grouped)+len(mates) == 0 {
		return
	}
	tx.OnCommit(func() {
		t.mu.Lock()
		for _, g := range grouped {
			if t.grouped[g.User].Revision < g.Revision {
				t.grouped[g.User] = g
			}
		}
		for _, m := range mates {
			if at := (mate{m.Brand, m.User}); t.mates[at].Revision < m.Revision {
				t.mates[at] = m
			}
		}
		t.folded = nil
		t.mu.Unlock()
		if t.out != nil {
			t.out.Wake() // what waits may be allowed no longer
		}
	})
}

// Wake has the groups of another configuration asked for at once.
func (t *Team) Wake() { t.clock.Wake() }

// Run keeps what is known of the groups up to date, until ctx ends.
func (t *Team) Run(ctx context.Context) error {
	defer t.under.Wait()
	return t.clock.Run(ctx, t.Tick)
}

const (
	askEvery = 2 * time.Minute  // who is in a group
	askFor   = 15 * time.Minute // at most, as a large group is asked about person by person
	metKept  = askFor           // longer than a roster that is older can take to come in
)

// Tick has those groups asked for whose time has come, each by itself, and returns when
// the next one's does.
func (t *Team) Tick(ctx context.Context) (time.Time, error) {
	groups := t.groups()
	if err := t.settles(ctx, groups); err != nil {
		return time.Time{}, err
	}
	now := time.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, g := range groups {
		if t.asking[g] || now.Sub(t.asked[g]) < askEvery {
			continue
		}
		t.asked[g], t.asking[g] = now, true
		t.under.Go(func() { t.ask(ctx, g) })
	}
	if !t.looking && now.Sub(t.looked) >= lookEvery {
		t.looked, t.looking = now, true
		t.under.Go(func() { t.looks(ctx) })
	}
	maps.DeleteFunc(t.met, func(_ string, at time.Time) bool { return now.Sub(at) > metKept })
	return now.Add(askEvery), nil
}

// groups are those that give roles in a brand and whose members somebody knows, in
// order.
func (t *Team) groups() (out []string) {
	for _, b := range t.base().All() {
		for _, g := range b.Groups {
			out = append(out, g.ID)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Trouble is what a brand's people should know of its groups.
type Trouble struct {
	Brand bot.BrandID
	Words card.Words
}

// Troubles lists, by brand, the groups that are not there, or of which it is not known
// now who is in them.
func (t *Team) Troubles() (out []Trouble) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, b := range t.base().All() {
		for _, g := range b.Groups {
			switch e := t.trouble[g.ID]; {
			case e == nil:
			case e.Kind == bot.NotFound:
				out = append(out, Trouble{b.ID, card.W("team.no_group", card.Text("Group", g.ID))})
			default:
				out = append(out, Trouble{b.ID, card.W("team.group_trouble", card.Text("Group", g.ID), card.In("Why", card.Fault(e)))})
			}
		}
	}
	return out
}
