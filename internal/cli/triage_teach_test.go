package cli

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ponte/bot"
	"ponte/bot/judge"
	"ponte/bot/records"
	"ponte/bot/triage"
	"ponte/bot/verdict"
	"ponte/internal/keep"
	"ponte/storage"
	"ponte/storage/bolt"
)

// taught makes a state in which people called complaints of a kind praise.
func taught(t *testing.T, n int) (data string) {
	t.Helper()
	data = t.TempDir()
	s, err := bolt.Open(context.Background(), keep.File(data), bolt.Options{}, keep.Definitions()...)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if err := s.Update(context.Background(), func(tx *storage.Tx) error {
		for i, text := range []string{"my order never arrived", "el pedido no llegó"} {
			v := judge.Of(triage.Default().Read(text, triage.House{}), &verdict.Urgent{})
			v.Language = verdict.Answer{Is: []string{"en", "es"}[i], Sure: true}
			v.Intent = verdict.Answer{Is: "complaint", Sure: true}
			for range n {
				id := bot.NewID(time.Now())
				it := bot.Item{ID: id, Brand: "aurora", Account: "square:aurora", Remote: string(id), Conversation: id, Text: text, Verdict: &v}
				if err := records.Items.Insert(tx, it); err != nil {
					return err
				}
				if _, err := judge.Correct(tx, "ana", it, verdict.Intent, "praise"); err != nil {
					return err
				}
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return data
}

func TestTriageCorrections(t *testing.T) {
	data, folder := taught(t, 1), filepath.Join(t.TempDir(), "out")
	out, errs, status := ponteTriage(t, "corrections", "--data", data, "--brand", "aurora")
	if want := "en\tpraise\tmy order never arrived\nes\tpraise\tel pedido no llegó\n"; out != want || status != 0 {
		t.Errorf("printed %q and %q, status %d", out, errs, status)
	}
	if out, _, _ = ponteTriage(t, "corrections", "--data", data, "--brand", "aurora", "--language", "es"); out != "praise\tel pedido no llegó\n" {
		t.Errorf("in Spanish %q", out)
	}
	if out, _, status = ponteTriage(t, "corrections", "--data", data, "--brand", "boreal"); out != "" || status != 0 {
		t.Errorf("of another brand %q, status %d", out, status)
	}
	if _, errs, status = ponteTriage(t, "corrections", "--data", data, "--brand", "aurora", "-o", folder); status != 0 {
		t.Fatalf("status %d, %s", status, errs)
	}
	body, err := os.ReadFile(filepath.Join(folder, "es.corrections.tsv"))
	if err != nil || string(body) != "praise\tel pedido no llegó\n" {
		t.Errorf("the file of Spanish is %q, %v", body, err)
	}
	if _, _, status = ponteTriage(t, "corrections", "--data", data, "--brand", "aurora", "-o", folder); status == 0 {
		t.Error("a file that was there is replaced")
	}
	if _, errs, status = ponteTriage(t, "corrections", "--data", data, "--brand", "aurora", "--language", "klingon"); status != 2 || !strings.Contains(errs, "klingon") {
		t.Errorf("status %d, %q", status, errs)
	}
}

func TestTriageExplainAsABrand(t *testing.T) {
	data := taught(t, 20)
	text := "my order never arrived and nobody answers"
	plain, _, _ := ponteTriage(t, "explain", text)
	as, errs, status := ponteTriage(t, "explain", "--data", data, "--brand", "aurora", text)
	if status != 0 || plain == as || !strings.Contains(as, "leaning of this house") || strings.Contains(plain, "leaning") {
		t.Errorf("status %d, %s\nas nobody:\n%s\nas the brand:\n%s", status, errs, plain, as)
	}
}
