// Package judge gives what came to a brand its verdict, by the brand's own rules of
// what is urgent and leaning as the brand's people corrected it, and takes their
// corrections. It shows nothing and decides nothing that follows from a verdict.
package judge

import (
	"context"
	"errors"
	"log/slog"
	"reflect"
	"strings"
	"sync"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/records"
	"ponte/bot/triage"
	"ponte/bot/verdict"
	"ponte/storage"
)

// Bench is where verdicts are given.
type Bench struct {
	store  storage.Store
	brands func() *bot.Brands
	log    *slog.Logger

	mu    sync.Mutex
	rules map[bot.BrandID]ruled
}

// ruled is what a brand's rules were made of, and they.
type ruled struct {
	from  verdict.Urgent
	rules *triage.Rules
}

// New makes the bench.
func New(store storage.Store, brands func() *bot.Brands, log *slog.Logger) *Bench {
	return &Bench{store: store, brands: brands, log: log, rules: map[bot.BrandID]ruled{}}
}

// Came judges what came to an account, before anything is written. What cannot be
// judged, and what is gone, has no verdict.
func (j *Bench) Came(ctx context.Context, account bot.AccountID, in []act.Incoming) []*verdict.Verdict {
	out := make([]*verdict.Verdict, len(in))
	b, _, ok := j.brands().Owning(account)
	if !ok {
		return out
	}
	house, err := j.House(ctx, b)
	if err != nil {
		if ctx.Err() == nil {
			j.log.Warn("what came is shown without a verdict", "account", account, "err", err)
		}
		return out
	}
	for i := range in {
		if !in[i].Deleted {
			v := Of(triage.Default().Read(in[i].Text, house), &b.Urgent)
			out[i] = &v
		}
	}
	return out
}

// House is what differs in a brand: its rules, and the leaning that its people's
// corrections gave.
func (j *Bench) House(ctx context.Context, b *bot.Brand) (triage.House, error) {
	lean, err := storage.Look(ctx, j.store, func(tx *storage.Tx) (triage.Lean, error) { return Lean(tx, b.ID) })
	if err != nil {
		return triage.House{}, err
	}
	rules, err := j.rulesOf(b)
	return triage.House{Rules: rules, Lean: lean}, err
}

// Lean is how far the corrections of a brand's people lean each answer.
func Lean(tx *storage.Tx, brand bot.BrandID) (triage.Lean, error) {
	t, err := tallyOf(tx, brand)
	return lean(&t), err
}

func tallyOf(tx *storage.Tx, brand bot.BrandID) (verdict.Tally, error) {
	t, err := records.Tallies.Get(tx, storage.K(string(brand)))
	if errors.Is(err, storage.ErrNotFound) {
		return verdict.Tally{Brand: string(brand)}, nil
	}
	return t, err
}

// rulesOf are the brand's rules, made once for a configuration.
func (j *Bench) rulesOf(b *bot.Brand) (*triage.Rules, error) {
	if len(b.Urgent.Off)+len(b.Urgent.Rules) == 0 {
		return triage.DefaultRules(), nil
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if had, ok := j.rules[b.ID]; ok && reflect.DeepEqual(had.from, b.Urgent) {
		return had.rules, nil
	}
	rules, err := Rules(&b.Urgent)
	if err == nil {
		j.rules[b.ID] = ruled{b.Urgent, rules}
	}
	return rules, err
}

// Rules are Ponte's own with what a brand changes: its own first, so that they are
// told of where both match.
func Rules(u *verdict.Urgent) (*triage.Rules, error) {
	var text strings.Builder
	for _, r := range u.Rules {
		text.WriteString(r.Topic + "\t" + r.Language + "\t" + strings.Join(r.Words, ",") + "\n")
	}
	off := map[string]bool{}
	for _, topic := range u.Off {
		off[topic] = true
	}
	for line := range strings.Lines(triage.RulesText()) {
		if topic, _, _ := strings.Cut(line, "\t"); !off[topic] {
			text.WriteString(line)
		}
	}
	return triage.ParseRules(text.String())
}

func lean(t *verdict.Tally) (l triage.Lean) {
	for i, label := range triage.Sentiments {
		l.Sentiment[i] = t.Lean(verdict.Sentiment, string(label))
	}
	for i, label := range triage.Intents {
		l.Intent[i] = t.Lean(verdict.Intent, string(label))
	}
	l.Urgency = t.Lean(verdict.Urgency, verdict.High) - t.Lean(verdict.Urgency, verdict.Normal)
	return l
}

// Of is what triage says, in the words that are kept and shown.
func Of(v triage.Verdict, u *verdict.Urgent) verdict.Verdict {
	out := verdict.Verdict{
		Language: answer(v.Language), Sentiment: answer(v.Sentiment), Intent: answer(v.Intent), Urgency: answer(v.Urgency), Rule: v.Rule,
	}
	if out.Surely(verdict.Urgency) == verdict.High {
		out.Level = u.Level(v.Rule)
	}
	return out
}

func answer(a triage.Answer) verdict.Answer {
	return verdict.Answer{Is: string(a.Best()), Trust: a.Confidence, Sure: a.Label != triage.Unsure}
}
