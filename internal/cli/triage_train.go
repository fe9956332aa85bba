package cli

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"ponte/bot/triage/train"
)

type triageTrainCmd struct {
	Data []string `help:"A folder of examples and word lists; may be given again." required:"" sep:"none" type:"existingdir" placeholder:"FOLDER"`
	Out  string   `help:"The file of weights to write." short:"o" required:"" type:"path" placeholder:"FILE"`
}

// maxTrainFile is how many bytes of one file are learnt from.
const maxTrainFile = 64 << 20

// Run says what it read, what cross-validation gave, and the hash of what it wrote.
func (c *triageTrainCmd) Run(e *env) error {
	files, err := readFolders(c.Data)
	if err != nil {
		return err
	}
	data := train.Gather(files)
	for _, s := range data.Sources {
		fmt.Fprintf(e.out, "%s  %6d  %s: %s\n", s.Hash, s.Lines, s.Name, s.What)
	}
	outcome, err := train.Weights(data, func(what string) { fmt.Fprintln(e.err, "learning", what) })
	if err != nil {
		return err
	}
	for i := range outcome.Folds {
		t := &outcome.Folds[i]
		low, high := t.Interval()
		fmt.Fprintf(e.out, "cross-validation %s macro-F1 %.1f (%.1f to %.1f) n %d\n", t.Name, t.F1(), low, high, t.N())
	}
	var b bytes.Buffer
	if _, err := outcome.Model.WriteTo(&b); err != nil {
		return err
	}
	if err := os.WriteFile(c.Out, b.Bytes(), 0o600); err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.out, "%x  %s: %d bytes\n", sha256.Sum256(b.Bytes()), filepath.Base(c.Out), b.Len())
	return err
}

// readFolders reads every file beneath the folders that has an ending that
// examples and word lists have.
func readFolders(folders []string) ([]train.File, error) {
	var files []train.File
	for _, folder := range folders {
		root := os.DirFS(folder)
		err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			switch filepath.Ext(name) {
			case ".tsv", ".csv", ".json", ".txt":
			default:
				return nil
			}
			info, err := d.Info()
			if err != nil {
				return err
			}
			if info.Size() > maxTrainFile {
				return fmt.Errorf("%s: more than %d bytes", name, maxTrainFile)
			}
			body, err := fs.ReadFile(root, name)
			files = append(files, train.File{Name: name, Body: body})
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", folder, err)
		}
	}
	if len(files) == 0 {
		return nil, errors.New("the folders have no .tsv, .csv, .json or .txt files")
	}
	return files, nil
}
