package cli

import (
	"fmt"

	"ponte/internal/control"
	"ponte/internal/ops"
	"ponte/storage"
	"ponte/storage/bolt"
)

type traceCmd struct {
	ID   string `arg:"" help:"Id of a conversation, an item (Ponte's or its platform's), a reply or an effect."`
	JSON bool   `help:"Print it as JSON."`
	dataFlag
}

// Run prints the whole story of one thing.
func (t *traceCmd) Run(e *env) error {
	var story ops.Story
	err := t.ask(e, func(c *control.Client) error { return c.Trace(e.ctx, t.ID, &story) }, func(s *bolt.Store) (err error) {
		story, err = storage.Look(e.ctx, s, func(tx *storage.Tx) (ops.Story, error) { return ops.Tell(tx, t.ID) })
		return err
	})
	if err != nil {
		return err
	}
	if story.Empty() {
		return fmt.Errorf("nothing here has the id %s", t.ID)
	}
	return show(e.out, t.JSON, story, story.Print)
}
