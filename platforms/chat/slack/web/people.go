package web

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/slack-go/slack"
	"golang.org/x/time/rate"

	"ponte/bot"
)

// Person is somebody as a workspace knows them.
type Person struct {
	ID, Name string
	Outside  bool // a guest, a bot, of another organisation, or not there any more: no member of the workspace
}

type known struct {
	Person
	at time.Time
}

// How long what Slack told of a person is believed, and how often it is asked: it takes
// a hundred questions a minute, of which some are left for names.
const (
	nameKept      = time.Hour
	standingKept  = 10 * time.Minute
	maxPeople     = 2_000
	maxGroup      = 500 // people of one user group
	lookupsAtOnce = 40
)

const lookupsEach rate.Limit = 1 // a second

// Name returns what a person is called, or nothing when Slack does not tell soon.
func (sp *Space) Name(ctx context.Context, user string, now time.Time) string {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	p, _ := sp.person(ctx, user, now, nameKept)
	return p.Name
}

// Called returns what a person was called when Slack told last, or else a name that came
// with what they did. It asks for nothing.
func (sp *Space) Called(user, given string) string {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	return cmp.Or(sp.people[user].Name, given)
}

// Person returns who somebody is, as Slack told within the last ten minutes.
func (sp *Space) Person(ctx context.Context, user string, now time.Time) (Person, error) {
	return sp.person(ctx, user, now, standingKept)
}

// person asks for somebody unless that was done lately. With an error comes what was
// known before.
func (sp *Space) person(ctx context.Context, user string, now time.Time, kept time.Duration) (Person, error) {
	had, fresh := sp.knows(user, now, kept)
	if fresh {
		return had, nil
	}
	u, err := sp.API.GetUserInfoContext(ctx, user)
	if err != nil {
		return had, err
	}
	p := Person{ID: user, Name: cmp.Or(u.Profile.DisplayName, u.Profile.RealName, u.RealName, u.Name), Outside: sp.outside(u)}
	sp.mu.Lock()
	defer sp.mu.Unlock()
	if len(sp.people) >= maxPeople {
		clear(sp.people)
	}
	sp.people[user] = known{p, now}
	return p, nil
}

func (sp *Space) knows(user string, now time.Time, kept time.Duration) (Person, bool) {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	k, ok := sp.people[user]
	return k.Person, ok && now.Sub(k.at) < kept
}

// outside reports whether somebody is no member of the workspace. Of one in an
// organisation with several Slack may name another of them.
func (sp *Space) outside(u *slack.User) bool {
	here := u.TeamID == "" || u.TeamID == sp.ID || slices.Contains(u.Enterprise.Teams, sp.ID)
	return !here || u.IsStranger || u.IsRestricted || u.IsUltraRestricted || u.IsBot || u.Deleted || u.ID == "USLACKBOT"
}

// Group lists who is in a user group and a member of the workspace. A large one takes
// its time, as each of its people is asked about. The error is a NotFound when there is
// no such group.
func (sp *Space) Group(ctx context.Context, id string, now func() time.Time) (out []Person, err error) {
	var users []string
	err = Try(ctx, "", func(ctx context.Context) (err error) {
		users, err = sp.API.GetUserGroupMembersContext(ctx, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(users) > maxGroup {
		return nil, bot.Errorf(bot.Invalid, "slack.group_large", "Group", id)
	}
	for _, user := range users {
		p, fresh := sp.knows(user, now(), standingKept)
		if !fresh {
			if p, err = sp.LookUp(ctx, user, now); err != nil {
				return nil, err
			}
		}
		if !p.Outside {
			out = append(out, p)
		}
	}
	return out, nil
}

// LookUp asks for somebody when it is their turn. Whom Slack does not know is outside.
func (sp *Space) LookUp(ctx context.Context, user string, now func() time.Time) (p Person, err error) {
	if err := sp.lookups.Wait(ctx); err != nil {
		return p, err
	}
	missing := false
	err = Try(ctx, "", func(ctx context.Context) error {
		p, err = sp.Person(ctx, user, now())
		if code, _ := Code(err); code == "user_not_found" || code == "user_not_visible" {
			missing = true
			return nil
		}
		return err
	})
	if missing {
		return Person{ID: user, Outside: true}, nil
	}
	return p, err
}
