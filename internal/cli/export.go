package cli

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"ponte/internal/control"
	"ponte/internal/keep"
	"ponte/storage/bolt"
)

type exportCmd struct {
	File  string `arg:"" help:"Where the export goes; - is standard output." type:"path"`
	Force bool   `help:"Replace FILE if it is there."`
	Move  bool   `help:"Keep this Ponte from sending from now on, since another one takes over; ponte resume lifts that."`
	dataFlag
}

// Run exports the store, also while Ponte runs.
func (x *exportCmd) Run(e *env) error {
	if x.Move {
		if err := (&pauseCmd{x.dataFlag}).hold(e); err != nil {
			return fmt.Errorf("nothing was exported: %w", err)
		}
	}
	return x.ask(e, func(c *control.Client) error { return x.fromCopy(e, c) }, func(s *bolt.Store) error { return x.write(e, s) })
}

// fromCopy exports a copy of the store that is in use.
func (x *exportCmd) fromCopy(e *env, c *control.Client) (err error) {
	beside := filepath.Dir(x.File)
	if x.File == "-" {
		var err error
		if beside, err = x.folder(); err != nil {
			return err
		}
	}
	return copied(e, c, beside, func(s *bolt.Store) error { return x.write(e, s) })
}

// copied does something with a copy of the store that is in use, made in a folder.
func copied(e *env, c *control.Client, beside string, do func(*bolt.Store) error) (err error) {
	temp, err := os.MkdirTemp(beside, ".ponte-export-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temp)) }()
	if _, err := keep.Backup(e.ctx, c.Backup, keep.File(temp), false); err != nil {
		return err
	}
	s, err := keep.Open(e.ctx, temp)
	if err != nil {
		return err
	}
	return errors.Join(do(s), s.Close())
}

func (x *exportCmd) write(e *env, s *bolt.Store) error {
	if x.File == "-" {
		_, err := keep.ExportTo(e.ctx, s, e.out)
		return err
	}
	counts, err := keep.Export(e.ctx, s, x.File, x.Force)
	if err != nil {
		return fmt.Errorf("nothing was exported: %w", err)
	}
	return counted(e.out, counts)
}

func counted(w io.Writer, counts map[string]int) error {
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		if _, err := fmt.Fprintf(w, "%-14s %d\n", name, counts[name]); err != nil {
			return err
		}
	}
	return nil
}
