package cli

import (
	"fmt"

	"ponte/internal/control"
	"ponte/internal/keep"
	"ponte/storage/bolt"
)

type backupCmd struct {
	File  string `arg:"" help:"Where the backup goes." type:"path"`
	Force bool   `help:"Replace FILE if it is there."`
	dataFlag
}

// Run backs up the store, also while Ponte runs.
func (b *backupCmd) Run(e *env) error {
	return b.ask(e, func(c *control.Client) error { return b.write(e, c.Backup) }, func(s *bolt.Store) error { return b.write(e, s.Backup) })
}

func (b *backupCmd) write(e *env, from keep.Snapshot) error {
	size, err := keep.Backup(e.ctx, from, b.File, b.Force)
	if err != nil {
		return fmt.Errorf("no backup was made: %w", err)
	}
	_, err = fmt.Fprintf(e.out, "%s: %d bytes, checked\n", b.File, size)
	return err
}
