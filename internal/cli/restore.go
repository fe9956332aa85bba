package cli

import (
	"fmt"

	"ponte/bot/records"
	"ponte/internal/control"
	"ponte/internal/keep"
	"ponte/storage"
	"ponte/storage/bolt"
)

type restoreCmd struct {
	File            string `arg:"" help:"The backup." type:"existingfile"`
	ConfirmOldIsOff bool   `help:"The Ponte that the backup was made of runs no more: let things go out at once, without ponte resume."`
	dataFlag
}

// Run puts a backup into an empty data folder.
func (r *restoreCmd) Run(e *env) error {
	data, err := r.folder()
	if err != nil {
		return err
	}
	size, err := keep.Restore(e.ctx, r.File, data)
	if err != nil {
		return fmt.Errorf("nothing was restored: %w", err)
	}
	if _, err := fmt.Fprintf(e.out, "%s: %d bytes restored\n", keep.File(data), size); err != nil {
		return err
	}
	if r.ConfirmOldIsOff {
		return (&resumeCmd{r.dataFlag}).Run(e)
	}
	return toldPaused(e)
}

// toldPaused says what has to be known of a store that is a copy.
func toldPaused(e *env) error {
	_, err := fmt.Fprintln(e.out, "Nothing goes out yet: if the Ponte it was made of still ran, two would answer. What comes in is kept.\nOnce it is certain that the old one is off: ponte resume")
	return err
}

type resumeCmd struct{ dataFlag }

// Run lets things go out again.
func (r *resumeCmd) Run(e *env) error {
	var was bool
	err := r.ask(e, func(c *control.Client) (err error) {
		was, err = c.Resume(e.ctx)
		return err
	}, func(s *bolt.Store) (err error) {
		was, err = storage.Do(storage.Urgent(e.ctx), s, records.Unhold)
		return err
	})
	if err != nil {
		return err
	}
	what := "it goes on\n"
	if !was {
		what = "there was no pause\n"
	}
	_, err = fmt.Fprint(e.out, what)
	return err
}

type pauseCmd struct{ dataFlag }

// Run lets nothing more go out.
func (p *pauseCmd) Run(e *env) error {
	err := p.hold(e)
	if err == nil {
		_, err = fmt.Fprintln(e.out, "paused: nothing more goes out until ponte resume; what comes in is kept")
	}
	return err
}

func (p *pauseCmd) hold(e *env) error {
	return p.ask(e, func(c *control.Client) error { return c.Pause(e.ctx) }, func(s *bolt.Store) error {
		return s.Update(storage.Urgent(e.ctx), func(tx *storage.Tx) error {
			if _, paused, err := records.Paused(tx); paused || err != nil {
				return err
			}
			return records.Hold(tx, records.Asked)
		})
	})
}
