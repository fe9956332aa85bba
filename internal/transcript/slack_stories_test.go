package transcript

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"ponte/internal/app"
)

// inSlack has a story told in Slack, without the steps that differ there.
func inSlack(differ map[string]string) func(*story) error {
	return func(s *story) error {
		p := s.ponte
		var w *workplace
		p.ready = func(cfg *app.Config) (err error) {
			if w == nil {
				if w, err = newWorkplace(p.t, cfg.Brands); err != nil {
					return err
				}
				s.chat, s.alike = w, w.alike
			}
			w.serves(cfg)
			return nil
		}
		s.differs = differ
		return nil
	}
}

// TestStoriesInSlack tells the stories once more, in Slack.
func TestStoriesInSlack(t *testing.T) {
	if raced {
		t.Skip("they take their time under the race detector, and are told without")
	}
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no stories", err)
	}
	left := maps.Clone(differs)
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		archive := txtar.Parse(body)
		line := 1 + strings.Count(string(archive.Comment), "\n")
		for _, f := range archive.Files {
			line++ // its name
			from := line
			line += strings.Count(string(f.Data), "\n")
			name := strings.TrimSuffix(filepath.Base(file), ".txt") + "/" + f.Name
			delete(left, name)
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				differ := differs[name]
				if differ[""] != "" {
					t.Skip(differ[""])
				}
				for step := range differ {
					if !slices.Contains(strings.Split(string(f.Data), "\n"), step) {
						t.Errorf("no step is %q", step)
					}
				}
				if _, err := retold(t, file, string(f.Data), from, false, inSlack(differ)); err != nil {
					t.Fatal(err)
				}
			})
		}
	}
	for name := range left {
		t.Errorf("no story is %q", name)
	}
}
