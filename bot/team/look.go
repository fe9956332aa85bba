package team

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"ponte/bot"
	"ponte/bot/records"
	"ponte/storage"
)

const (
	lookEvery = 10 * time.Minute // whether those who were given roles are members still
	lookFor   = time.Minute      // at most, for one of them
)

// looks asks of everybody who was given a role whether they are a member of team chat
// still, one after the other. Of whom nothing is heard, what is known stays.
func (t *Team) looks(ctx context.Context) {
	defer func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.looking = false
	}()
	var failed error
	for _, user := range t.given() {
		platform, _, _ := strings.Cut(user, "/")
		roster := t.rosters[platform]
		if roster == nil {
			continue
		}
		asking, cancel := context.WithTimeout(ctx, lookFor)
		outside, err := roster.Outside(asking, user)
		cancel()
		if err == nil {
			err = t.finds(ctx, user, outside)
		}
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			failed = err
		}
	}
	t.mu.Lock()
	was := t.unclear
	t.unclear = failed != nil
	t.mu.Unlock()
	if failed != nil && !was {
		t.log.Warn("whether people who were given roles are members of team chat still cannot be learned of all; what is known stays", "err", failed)
	}
}

// given lists, in order, everybody who was given a role.
func (t *Team) given() (out []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for at, m := range t.mates {
		if len(m.Given) > 0 {
			out = append(out, at.user)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// finds keeps whether somebody is a member of team chat. Who is none loses what was
// given, and has it again once they are one.
func (t *Team) finds(ctx context.Context, user string, outside bool) error {
	var in []bot.BrandID
	t.mu.Lock()
	for at, m := range t.mates {
		if at.user == user && len(m.Given) > 0 && m.Outside != outside {
			in = append(in, at.brand)
		}
	}
	t.mu.Unlock()
	if len(in) == 0 {
		return nil
	}
	slices.Sort(in)
	return t.store.Update(storage.Urgent(ctx), func(tx *storage.Tx) error {
		for _, brand := range in {
			m, ok, err := records.Found(records.Teammates.Get(tx, storage.K(brand, user)))
			if err != nil {
				return err
			}
			if !ok || len(m.Given) == 0 || m.Outside == outside {
				continue
			}
			m.Outside = outside
			if err := t.keep(tx, m); err != nil {
				return err
			}
			err = records.Log(tx, bot.Record{
				Brand: brand, What: "role.outside", Subject: "user/" + user, Details: map[string]string{"outside": strconv.FormatBool(outside)},
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}
