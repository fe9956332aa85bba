package cli

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"ponte/bot/triage"
)

type triageCmd struct {
	Train    triageTrainCmd    `cmd:"" help:"Make weights from examples and word lists."`
	Eval     triageEvalCmd     `cmd:"" help:"Measure verdicts against labelled lines, and print the tables."`
	Classify triageClassifyCmd `cmd:"" help:"Read lines and print one verdict per line, as JSON."`
	Explain  triageExplainCmd  `cmd:"" help:"Show why a text gets its verdict."`

	Corrections triageCorrectionsCmd `cmd:"" help:"Print what people of a brand corrected, as lines that train reads."`
}

// weighing is the model that a verb works with.
type weighing struct {
	Weights string `help:"A file of weights that train made. Default: those of the program." type:"existingfile" placeholder:"FILE"`
	Rules   string `help:"A file of rules of urgency: topic, language, phrases, with tabs between. Default: those of the program." type:"existingfile" placeholder:"FILE"`
}

// load reads the weights and the rules.
func (j *weighing) load() (*triage.Model, triage.House, error) {
	house := triage.House{Rules: triage.DefaultRules()}
	if j.Rules != "" {
		body, err := os.ReadFile(j.Rules)
		if err != nil {
			return nil, house, err
		}
		if house.Rules, err = triage.ParseRules(string(body)); err != nil {
			return nil, house, err
		}
	}
	if j.Weights == "" {
		return triage.Default(), house, nil
	}
	body, err := os.ReadFile(j.Weights)
	if err != nil {
		return nil, house, err
	}
	m, err := triage.Load(body)
	return m, house, err
}

type triageClassifyCmd struct {
	weighing
	File string `arg:"" optional:"" help:"A file of lines. Default: standard input." type:"existingfile"`
}

// Run prints a verdict for each line, an empty line's too.
func (c *triageClassifyCmd) Run(e *env) error {
	m, house, err := c.load()
	if err != nil {
		return err
	}
	in := os.Stdin
	if c.File != "" {
		if in, err = os.Open(c.File); err != nil {
			return err
		}
		defer in.Close()
	}
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 64<<10), 16<<20)
	out := bufio.NewWriter(e.out)
	each := json.NewEncoder(out)
	for lines.Scan() && e.ctx.Err() == nil {
		if err := each.Encode(m.Read(lines.Text(), house)); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("reading lines: %w", err)
	}
	return out.Flush()
}

type triageExplainCmd struct {
	weighing
	Brand string `help:"Judge as for this brand: by its rules, where --config is given, and as its people corrected." placeholder:"BRAND"`
	dataFlag
	Text string `arg:"" help:"The text."`
}

// Run prints the verdict and what spoke for it most.
func (c *triageExplainCmd) Run(e *env) error {
	m, house, err := c.load()
	if err != nil {
		return err
	}
	if c.Brand != "" {
		if err := c.house(e, &house); err != nil {
			return err
		}
	}
	v, reasons := m.Explain(c.Text, house)
	for _, head := range []struct {
		name   string
		answer triage.Answer
	}{{"language", v.Language}, {"sentiment", v.Sentiment}, {"intent", v.Intent}, {"urgency", v.Urgency}} {
		fmt.Fprintf(e.out, "%-10s %s, %.0f %%", head.name, head.answer.Best(), 100*head.answer.Confidence)
		if head.answer.Label == triage.Unsure {
			fmt.Fprint(e.out, ", not sure")
		}
		fmt.Fprintln(e.out)
		for _, r := range reasons {
			if r.Head == head.name {
				fmt.Fprintf(e.out, "  %+6.2f  %s\n", r.Weight, r.What)
			}
		}
	}
	return nil
}
