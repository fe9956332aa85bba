package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"ponte/bot/triage/train"
)

type triageEvalCmd struct {
	weighing
	Head   string   `help:"Measure the language instead, by the first part of the files' names." enum:"labels,language" default:"labels"`
	Detail bool     `help:"Print confusion, confidence and what is not sure as well."`
	Files  []string `arg:"" help:"Files of a label and a text, or of an intent, an urgency, a topic and a text, with tabs between; their names begin with the language." type:"existingfile"`
}

// Run prints a line per file, and the mean.
func (c *triageEvalCmd) Run(e *env) error {
	m, house, err := c.load()
	if err != nil {
		return err
	}
	sum, n := 0.0, 0
	for _, file := range c.Files {
		body, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		base := filepath.Base(file)
		tables, err := train.Measure(m, house, base, string(body), c.Head == "language")
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		for i := range tables {
			t := &tables[i]
			name := base
			if len(tables) > 1 {
				name += " " + t.Name
			}
			fmt.Fprintf(e.out, "%s macro-F1 %.1f n %d\n", name, t.F1(), t.N())
			if c.Detail {
				c.detail(e, t)
			}
			sum, n = sum+t.F1(), n+1
		}
	}
	_, err = fmt.Fprintf(e.out, "mean macro-F1 %.1f\n", sum/float64(max(n, 1)))
	return err
}

// detail prints what is behind a figure.
func (c *triageEvalCmd) detail(e *env, t *train.Table) {
	low, high := t.Interval()
	share, right := t.Given()
	text := fmt.Sprintf("19 times in 20 from %.1f to %.1f; %.1f %% right; sure of %.0f %%, of those %.1f %% right\n%s\n%s",
		low, high, t.Accuracy(), 100*share, 100*right, t.Confusion(), t.Reliability())
	fmt.Fprintln(e.out, "  "+strings.ReplaceAll(text, "\n", "\n  "))
}
