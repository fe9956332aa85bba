package commandlist

import (
	"flag"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/internal/i18n"
)

var update = flag.Bool("update", false, "write the page anew")

const page = "../../docs/commands.md"

// The page says what the table says.
func TestPageIsCurrent(t *testing.T) {
	words, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	want := Markdown(All(), words.Printer(bot.English, time.UTC))
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("docs/commands.md is not what the table says; go generate ./commands: %s", diff)
	}
}
