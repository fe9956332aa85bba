package cli

import (
	"context"
	"errors"
	"fmt"
	"os"

	"ponte/internal/config"
	"ponte/internal/control"
	"ponte/internal/keep"
	"ponte/storage"
	"ponte/storage/bolt"
	"ponte/storage/lines"
)

// dataFlag is which Ponte a verb is about.
type dataFlag struct {
	Data   string `help:"Folder that keeps the state. Default: the one that --config names, else the demo's." type:"path" env:"PONTE_DATA" placeholder:"DIR"`
	Config string `help:"Configuration file that names the folder." placeholder:"FILE"`
}

func (d dataFlag) folder() (string, error) {
	switch {
	case d.Data != "":
		return d.Data, nil
	case d.Config != "":
		return config.Data(d.Config)
	}
	return stateFolder()
}

// ask does a verb by the Ponte that runs on the folder, or, where none runs, on
// the store itself, and says so.
func (d dataFlag) ask(e *env, running func(*control.Client) error, still func(*bolt.Store) error) error {
	data, err := d.folder()
	if err != nil {
		return err
	}
	c, err := control.Dial(e.ctx, data)
	if err == nil {
		return running(c)
	}
	if !errors.Is(err, control.ErrNobody) {
		return err
	}
	s, err := open(e.ctx, data)
	if err != nil {
		return err
	}
	e.log.Info("no Ponte runs on this folder; the store is opened directly", "data", data)
	return errors.Join(still(s), s.Close())
}

func open(ctx context.Context, data string) (*bolt.Store, error) {
	s, err := keep.Open(ctx, data)
	if errors.Is(err, os.ErrNotExist) {
		return nil, usageError{fmt.Errorf("--data %s: there is no store in this folder (%s)", data, keep.File(data))}
	}
	return s, err
}

// advice says what to do about an error, or nothing.
func advice(err error) string {
	if _, ok := errors.AsType[*bolt.DamagedError](err); ok {
		return "Nothing in the file was changed. If it is the store: move it away and put the newest backup in its place with ponte restore."
	}
	if _, ok := errors.AsType[*bolt.LockedError](err); ok {
		return "Stop that process first. While it runs, ponte backup, export, status, trace, pause and resume ask it."
	}
	switch {
	case errors.Is(err, storage.ErrNewerFormat):
		return "Use the version of Ponte that wrote it, or a newer one. Nothing was changed."
	case errors.Is(err, storage.ErrFull):
		return "Make room on the disk, or have ponte compact give free pages back. Nothing was lost."
	case errors.Is(err, lines.ErrDamaged):
		return "Nothing was taken in. Make the export again, or use another one."
	case errors.Is(err, keep.ErrThere):
		return "Choose another name or folder. --force replaces a backup or an export, and never a store."
	}
	return ""
}
