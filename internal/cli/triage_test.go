package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func ponteTriage(t *testing.T, args ...string) (string, string, int) {
	t.Helper()
	var out, errs bytes.Buffer
	status := Main(append([]string{"triage"}, args...), &out, &errs)
	return out.String(), errs.String(), status
}

func TestTriageEval(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "en.val.tsv")
	if err := os.WriteFile(file, []byte("2\tI love you so much, this is wonderful!\n0\tI hate this, horrible and sad\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, errs, status := ponteTriage(t, "eval", file)
	if want := "en.val.tsv macro-F1 100.0 n 2\nmean macro-F1 100.0\n"; out != want || status != 0 {
		t.Errorf("printed %q and %q, status %d; want %q", out, errs, status, want)
	}
	out, _, _ = ponteTriage(t, "eval", "--head", "language", "--detail", file)
	if !strings.HasPrefix(out, "en.val.tsv macro-F1 100.0 n 2\n") || !strings.Contains(out, "confidence") {
		t.Errorf("printed %q", out)
	}
	empty := filepath.Join(folder, "en.none.tsv")
	if err := os.WriteFile(empty, []byte("nothing\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, errs, status = ponteTriage(t, "eval", empty); status == 0 || !strings.Contains(errs, "en.none.tsv") {
		t.Errorf("status %d, %q for a file without lines", status, errs)
	}
}

func TestTriageClassify(t *testing.T) {
	file := filepath.Join(t.TempDir(), "lines")
	if err := os.WriteFile(file, []byte("¿A qué hora abrís mañana?\n\nthere was a gas leak\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, errs, status := ponteTriage(t, "classify", file)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 3 || status != 0 {
		t.Fatalf("%d lines, status %d: %s%s", len(lines), status, out, errs)
	}
	type answer struct {
		Label, Guess string
		Confidence   float64
	}
	var first, last struct{ Language, Sentiment, Intent, Urgency answer }
	if err := json.Unmarshal([]byte(lines[0]), &first); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(lines[2]), &last); err != nil {
		t.Fatal(err)
	}
	if first.Language.Label != "es" || first.Intent.Label != "question" || first.Urgency.Confidence == 0 || last.Urgency.Label != "high" {
		t.Errorf("judged %s", out)
	}
}

func TestTriageExplain(t *testing.T) {
	out, _, status := ponteTriage(t, "explain", "I hate this horrible service")
	if status != 0 || !strings.Contains(out, "sentiment  negative") || !strings.Contains(out, "hate") {
		t.Errorf("status %d: %s", status, out)
	}
}

func TestTriageTrainSaysWhatIsMissing(t *testing.T) {
	folder := t.TempDir()
	if _, errs, status := ponteTriage(t, "train", "--data", folder, "-o", filepath.Join(folder, "w")); status == 0 || !strings.Contains(errs, "no .tsv") {
		t.Errorf("status %d: %s", status, errs)
	}
	if err := os.WriteFile(filepath.Join(folder, "en.mine.tsv"), []byte("0\tbad\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, errs, status := ponteTriage(t, "train", "--data", folder, "-o", filepath.Join(folder, "w")); status == 0 || !strings.Contains(errs, "no example") {
		t.Errorf("status %d: %s", status, errs)
	}
}
