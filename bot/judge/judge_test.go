package judge_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/judge"
	"ponte/bot/records"
	"ponte/bot/triage"
	"ponte/bot/verdict"
	"ponte/storage"
	"ponte/storage/bolt"
)

type court struct {
	*testing.T
	store storage.Store
	brand bot.Brand
	bench *judge.Bench
}

func open(t *testing.T) *court {
	t.Helper()
	s, err := bolt.Open(context.Background(), filepath.Join(t.TempDir(), "store"), bolt.Options{RunTwice: true}, records.All()...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	c := &court{T: t, store: s, brand: bot.Brand{ID: "aurora", Accounts: []bot.Account{{ID: "net:aurora", Platform: "net"}}}}
	c.bench = judge.New(s, func() *bot.Brands { return bot.NewBrands(c.brand) }, slog.New(slog.DiscardHandler))
	return c
}

func (c *court) judge(text string) *verdict.Verdict {
	c.Helper()
	return c.bench.Came(context.Background(), "net:aurora", []act.Incoming{{Text: text}})[0]
}

// corrects has Ana say that a new item is something else.
func (c *court) corrects(text string, h verdict.Head, right string) (it bot.Item, err error) {
	v := c.judge(text)
	err = c.store.Update(context.Background(), func(tx *storage.Tx) error {
		id := bot.NewID(time.Now())
		it = bot.Item{ID: id, Brand: "aurora", Account: "net:aurora", Remote: string(id), Conversation: id, Text: text, Verdict: v}
		if err := records.Items.Insert(tx, it); err != nil {
			return err
		}
		it, err = judge.Correct(tx, "ana", it, h, right)
		return err
	})
	return it, err
}

func TestLabelsAreThoseOfTriage(t *testing.T) {
	list := func(in []triage.Label) (out []string) {
		for _, l := range in {
			out = append(out, string(l))
		}
		return out
	}
	for h, want := range map[verdict.Head][]triage.Label{
		verdict.Language: triage.Languages, verdict.Sentiment: triage.Sentiments, verdict.Intent: triage.Intents, verdict.Urgency: triage.Urgencies,
	} {
		if diff := cmp.Diff(list(want), h.Labels()); diff != "" {
			t.Error(h, diff)
		}
	}
	for _, topic := range verdict.Topics {
		rules, err := judge.Rules(&verdict.Urgent{Off: without(topic)})
		if err != nil {
			t.Fatal(err)
		}
		if topic == "allergy" && rules.Match("she had an allergic reaction") != topic {
			t.Error("the rules lost", topic)
		}
	}
}

func without(one string) (out []string) {
	for _, t := range verdict.Topics {
		if t != one {
			out = append(out, t)
		}
	}
	return out
}

func TestWhatCame(t *testing.T) {
	c := open(t)
	in := []act.Incoming{{Text: "¿A qué hora abrís mañana?"}, {Text: "gone", Deleted: true}, {Text: "My daughter had an allergic reaction to your muffin"}}
	got := c.bench.Came(context.Background(), "net:aurora", in)
	if got[0].Surely(verdict.Language) != "es" || got[0].Surely(verdict.Intent) != "question" || got[0].Level != "" {
		t.Errorf("the question is %+v", got[0])
	}
	if got[1] != nil {
		t.Errorf("what is gone has a verdict: %+v", got[1])
	}
	if v := got[2]; v.Surely(verdict.Urgency) != verdict.High || v.Rule != "allergy" || v.Level != verdict.High {
		t.Errorf("the allergy is %+v", v)
	}
	if v := c.bench.Came(context.Background(), "net:other", in)[0]; v != nil {
		t.Errorf("somebody else's account has a verdict: %+v", v)
	}
}

func TestABrandsOwnRules(t *testing.T) {
	c := open(t)
	c.brand.Urgent = verdict.Urgent{Off: []string{"allergy"}, Rules: []verdict.Rule{{Topic: "recall", Language: "en", Words: []string{"batch 42", "recalled*"}, Level: "urgent"}}}
	if v := c.judge("my muffin is of batch 42"); v.Rule != "recall" || v.Level != "urgent" {
		t.Errorf("the recall is %+v", v)
	}
	if v := c.judge("anaphylaxis"); v.Rule != "" {
		t.Errorf("a topic that is off counts: %+v", v)
	}
	if v := c.judge("is there a gas leak"); v.Rule != "safety" {
		t.Errorf("a topic that is on does not count: %+v", v)
	}
	c.brand.Urgent = verdict.Urgent{}
	if v := c.judge("my muffin is of batch 42"); v.Rule == "recall" {
		t.Error("a rule that was taken out counts on")
	}
}

func TestACorrection(t *testing.T) {
	c := open(t)
	it, err := c.corrects("the queue at the till", verdict.Intent, "complaint")
	if err != nil {
		t.Fatal(err)
	}
	if a := it.Verdict.Intent; a != (verdict.Answer{Is: "complaint", Sure: true, By: "ana"}) {
		t.Errorf("the item is %+v", a)
	}
	if err := c.store.Update(context.Background(), func(tx *storage.Tx) error {
		it := it
		before, err := records.Corrections.Get(tx, storage.K("aurora", string(it.ID), "intent"))
		if err != nil {
			return err
		}
		if it, err = judge.Correct(tx, "bo", it, verdict.Intent, "praise"); err != nil {
			return err
		}
		after, err := records.Corrections.Get(tx, storage.K("aurora", string(it.ID), "intent"))
		if err != nil {
			return err
		}
		if after.Was != before.Was || after.Was.By != "" || after.Right != "praise" || after.By != "bo" {
			t.Errorf("another word on the same was %+v and is %+v", before, after)
		}
		tally, err := records.Tallies.Get(tx, storage.K("aurora"))
		if err != nil {
			return err
		}
		if diff := cmp.Diff(map[string]int{"intent/praise": 1}, tally.To); diff != "" {
			t.Error(diff)
		}
		if _, err := judge.Correct(tx, "bo", it, verdict.Intent, "anger"); kindOf(err) != bot.Invalid {
			t.Errorf("an unknown label: %v", err)
		}
		it.Verdict = nil
		if _, err := judge.Correct(tx, "bo", it, verdict.Intent, "praise"); kindOf(err) != bot.NotFound {
			t.Errorf("no verdict: %v", err)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func kindOf(err error) bot.Kind {
	if e, ok := bot.Asked(err); ok {
		return e.Kind
	}
	return ""
}

// TestCorrectionsLean has people call a kind of text praise that is a complaint to
// triage: what is like it leans there, and no further than it may.
// What a rule made urgent is urgent for that rule again, whoever said in between that
// it is not.
func TestSayingItIsUrgentAfterAll(t *testing.T) {
	c := open(t)
	c.brand.Urgent = verdict.Urgent{Rules: []verdict.Rule{{Topic: "recall", Language: "en", Words: []string{"batch 42"}, Level: "urgent"}}}
	for text, want := range map[string][2]string{
		"my muffin is of batch 42": {"recall", "urgent"},
		"the queue at the till":    {"", verdict.High},
	} {
		it, err := c.corrects(text, verdict.Urgency, verdict.Normal)
		if err != nil || it.Verdict.Rule != "" || it.Verdict.Level != "" {
			t.Errorf("%q is %+v, %v", text, it.Verdict, err)
		}
		if err := c.store.Update(context.Background(), func(tx *storage.Tx) error {
			again, err := judge.Correct(tx, "bo", it, verdict.Urgency, verdict.High)
			if v := again.Verdict; v.Rule != want[0] || v.Level != want[1] || v.Urgency.By != "bo" {
				t.Errorf("%q is %+v, want %v", text, v, want)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestCorrectionsLean(t *testing.T) {
	c := open(t)
	text := "my order never arrived and nobody answers"
	was := c.judge(text)
	if was.Surely(verdict.Intent) != "complaint" {
		t.Fatalf("it is %+v", was)
	}
	for range 30 {
		if _, err := c.corrects(text, verdict.Intent, "praise"); err != nil {
			t.Fatal(err)
		}
	}
	b := &c.brand
	house, err := c.bench.House(context.Background(), b)
	if err != nil {
		t.Fatal(err)
	}
	if to, away := house.Lean.Intent[2], house.Lean.Intent[1]; to <= 0.5 || to > 1 || away != -to && away != -1 {
		t.Errorf("thirty corrections lean by %v to praise and by %v from complaints", to, away)
	}
	if v := c.judge(text); v.Intent.Is == "complaint" && v.Intent.Trust >= was.Intent.Trust {
		t.Errorf("a plain complaint is %+v, and was %+v", v.Intent, was.Intent)
	}
	b.ID = "boreal"
	if v := c.judge(text); v.Intent != was.Intent {
		t.Errorf("another brand leans too: %+v", v.Intent)
	}
}

// TestLessons has what people corrected come out as training reads it, without what
// is gone at the source.
func TestLessons(t *testing.T) {
	c := open(t)
	if _, err := c.corrects("the queue\tat\nthe till", verdict.Intent, "complaint"); err != nil {
		t.Fatal(err)
	}
	gone, err := c.corrects("la coda era lunghissima, che vergogna", verdict.Sentiment, "negative")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.corrects("moi bo o café, graciñas", verdict.Language, verdict.Other); err != nil {
		t.Fatal(err)
	}
	if _, err := c.corrects("muito obrigado pela ajuda, voltaremos em breve", verdict.Language, "pt"); err != nil {
		t.Fatal(err)
	}
	gone.Happened(bot.ItemEvent{At: time.Now(), Deleted: true})
	var got []judge.Lesson
	if err := c.store.Update(context.Background(), func(tx *storage.Tx) error {
		got = nil
		if err := records.Items.Put(tx, gone); err != nil {
			return err
		}
		return judge.Lessons(tx, "aurora", func(l judge.Lesson) error {
			got = append(got, l)
			return nil
		})
	}); err != nil {
		t.Fatal(err)
	}
	want := []judge.Lesson{{Language: "en", Label: "complaint", Text: "the queue at the till"}, {Language: "other", Label: "other", Text: "moi bo o café, graciñas"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
