// Package config reads ponte.yaml: strictly, with every fault at once, each with
// its place, what was found and what was expected. It makes of a file without
// faults what an app is built from, and knows nothing of how one runs.
package config

import (
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"ponte/bot"
	"ponte/bot/outbox"
	"ponte/internal/form"
	"ponte/platforms"
	"ponte/platforms/social/webhook"
)

// Config is a whole configuration that has no fault.
type Config struct {
	File     string // as it was named
	Data     string // folder of the state, absolute
	Console  string // where the console listens, as HOST:PORT
	Token    string // of the console; empty: none
	Public   string // where the public side listens
	Address  string // of the public side, as people reach it; empty: where it listens
	Level    slog.Level
	JSON     bool          // the log is written as JSON
	Pace     outbox.Pace   // 0: no limit
	Writes   float64       // a minute and address on the square; below 0: no limit
	MaxStore int64         // bytes; 0: no limit
	Square   bot.AccountID // the account that the square is; empty: none
	Posts    []Post        // of the brand on the square
	Brands   []bot.Brand
	Webhooks []webhook.Account
	Slack    platforms.Slack   // no workspaces: there is none
	Discord  platforms.Discord // no token: there is none

	fixed []fixed
}

// Post is something that the brand says on the square.
type Post struct {
	ID       string
	Language bot.Lang
	Text     string
}

// Load reads the file at path. Secrets come from the environment and from files,
// whose paths start from the file's folder. The error is a form.Faults.
func Load(path string) (*Config, error) { return load(path, os.LookupEnv) }

func load(path string, env func(string) (string, bool)) (*Config, error) {
	raw, err := read(path)
	if err != nil {
		return nil, err
	}
	return Parse(path, raw, env)
}

// Parse reads the text of a file. Paths in it start from the folder that the name
// of the file has. The error is a form.Faults.
func Parse(name string, raw []byte, env func(string) (string, bool)) (*Config, error) {
	r, doc := parse(name, raw, env)
	if faults := r.Faults(); len(faults) > 0 {
		return nil, faults
	}
	return build(r, doc), nil
}

// Data returns the folder of the state that a file names, whatever else is wrong
// with the file. The error is a form.Faults.
func Data(path string) (string, error) {
	raw, err := read(path)
	if err != nil {
		return "", err
	}
	r, doc := parse(path, raw, os.LookupEnv)
	if !doc.data.OK {
		return "", r.Faults()
	}
	return r.Path(doc.data.Text), nil
}

func parse(name string, raw []byte, env func(string) (string, bool)) (*form.Reader, *document) {
	folder, err := filepath.Abs(filepath.Dir(name))
	if err != nil {
		folder = filepath.Dir(name)
	}
	r, doc := &form.Reader{Name: name, Folder: folder, Env: env}, &document{}
	if r.Read(raw, doc) {
		check(r, doc)
	}
	return r, doc
}

// read reads a file, and no more of it than tells that it is too large.
func read(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err == nil {
		defer f.Close()
		var raw []byte
		if raw, err = io.ReadAll(io.LimitReader(f, form.MaxBytes+1)); err == nil {
			return raw, nil
		}
	}
	return nil, form.Faults{{File: path, Found: "no file that can be read (" + plain(err) + ")", Expected: "a configuration; `ponte config example` prints one"}}
}

// plain is an error of the system without the path that it is about.
func plain(err error) string {
	s := err.Error()
	if at := strings.LastIndex(s, ": "); at >= 0 {
		s = s[at+2:]
	}
	return s
}
