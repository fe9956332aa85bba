package cli

import (
	"encoding/json"
	"io"

	"ponte/bot/outbox"
	"ponte/internal/control"
	"ponte/internal/ops"
	"ponte/storage/bolt"
)

type statusCmd struct {
	JSON bool `help:"Print it as JSON."`
	dataFlag
}

// Run prints how Ponte is.
func (s *statusCmd) Run(e *env) error {
	var st ops.Status
	err := s.ask(e, func(c *control.Client) error { return c.Status(e.ctx, &st) }, func(b *bolt.Store) (err error) {
		st, err = ops.Look(e.ctx, b, outbox.New(b, outbox.Options{Log: e.log}))
		return err
	})
	if err != nil {
		return err
	}
	return show(e.out, s.JSON, st, st.Print)
}

// show prints as JSON or for a person.
func show(w io.Writer, asJSON bool, what any, print func(io.Writer) error) error {
	if !asJSON {
		return print(w)
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(what)
}
