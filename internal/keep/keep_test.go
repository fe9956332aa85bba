package keep

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/outbox"
	"ponte/bot/records"
	"ponte/storage"
	"ponte/storage/bolt"
	"ponte/storage/lines"
)

// begun returns a data folder with a store in which a Say and a Show wait, and
// the Say's id.
func begun(t *testing.T) (data string, said bot.ID) {
	t.Helper()
	data = filepath.Join(t.TempDir(), "data")
	err := within(t.Context(), File(data), func(s *bolt.Store) error {
		out := outbox.New(s, outbox.Options{})
		out.Draws("thing", func(*storage.Tx, act.Slot) (outbox.Drawing, error) { return outbox.Drawing{}, nil })
		at := act.Place{Platform: "there", Space: "us", Channel: "c"}
		return s.Update(t.Context(), func(tx *storage.Tx) error {
			e, err := out.Say(tx, act.Effect{Brand: "acme", At: at, Act: act.Seal(act.Send{Card: card.Card{Title: card.Literal("hello")}})})
			if err != nil {
				return err
			}
			said = e.ID
			return out.Touch(tx, outbox.Shown{Slot: act.Slot{ID: "s", Brand: "acme", Subject: act.Subject{Kind: "thing", ID: "1"}, At: at}})
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return data, said
}

func look[R any](t *testing.T, file string, f func(*storage.Tx) (R, error)) (r R) {
	t.Helper()
	err := within(t.Context(), file, func(s *bolt.Store) (err error) {
		r, err = storage.Look(t.Context(), s, f)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// doubted tells whether a store begins with a pause and doubts what waits.
func doubted(t *testing.T, file string, said bot.ID) (out struct {
	paused, maybe, show bool
	since               time.Time
}) {
	t.Helper()
	return look(t, file, func(tx *storage.Tx) (got struct {
		paused, maybe, show bool
		since               time.Time
	}, err error) {
		p, paused, err := records.Paused(tx)
		if err != nil {
			return got, err
		}
		e, err := records.Effects.Get(tx, storage.K(said))
		if err != nil {
			return got, err
		}
		shown, err := records.Effects.Get(tx, storage.K("show/s"))
		got.paused, got.maybe, got.since, got.show = paused && p.Why == records.Copied, e.Maybe, e.FirstAt, shown.Maybe
		return got, err
	})
}

// backup backs a closed store up.
func backup(ctx context.Context, data, file string, force bool) error {
	s, err := Open(ctx, data)
	if err != nil {
		return err
	}
	_, err = Backup(ctx, s.Backup, file, force)
	return errors.Join(err, s.Close())
}

// TestCopies: whatever becomes of a store, a copy of it begins with a pause and
// doubts what waits to be said, and the store itself does not.
func TestCopies(t *testing.T) {
	data, said := begun(t)
	folder := t.TempDir()
	file, restored, imported := filepath.Join(folder, "file"), filepath.Join(folder, "restored"), filepath.Join(folder, "imported")
	before := time.Now()
	if err := backup(t.Context(), data, file, false); err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(t.Context(), file, restored); err != nil {
		t.Fatal(err)
	}
	var export bytes.Buffer
	if err := within(t.Context(), File(data), func(s *bolt.Store) error { _, err := ExportTo(t.Context(), s, &export); return err }); err != nil {
		t.Fatal(err)
	}
	if _, err := Import(t.Context(), &export, imported); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{"backup": file, "restored": File(restored), "imported": File(imported)} {
		got := doubted(t, path, said)
		if !got.paused || !got.maybe || got.show {
			t.Errorf("%s: %+v, want a pause, and doubt in what is said but not in what is shown", name, got)
		}
		if known := name != "imported"; known && got.since.Before(before) || !known && !got.since.IsZero() {
			t.Errorf("%s: in doubt since %s", name, got.since)
		}
	}
	if got := doubted(t, File(data), said); got.paused || got.maybe {
		t.Errorf("the store itself is doubted: %+v", got)
	}
}

// TestPlainCopy: a file that was copied by other means begins with a pause, too.
func TestPlainCopy(t *testing.T) {
	data, said := begun(t)
	other := filepath.Join(t.TempDir(), "other")
	if _, err := Restore(t.Context(), File(data), other); err != nil {
		t.Fatal(err)
	}
	if got := doubted(t, File(other), said); !got.paused || !got.maybe || !got.since.IsZero() {
		t.Errorf("%+v", got)
	}
}

func TestNothingIsOverwritten(t *testing.T) {
	data, _ := begun(t)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	kept := func() bool { raw, err := os.ReadFile(file); return err == nil && string(raw) == "mine" }
	if err := backup(t.Context(), data, file, false); !errors.Is(err, ErrThere) || !kept() {
		t.Errorf("%v, want %v", err, ErrThere)
	}
	broken := errors.New("the disk is tired")
	for name, take := range map[string]Snapshot{
		"an error": func(context.Context, io.Writer) error { return broken },
		"a cut": func(_ context.Context, w io.Writer) error {
			_, err := w.Write(make([]byte, 5000))
			return err
		},
	} {
		if _, err := Backup(t.Context(), take, file, true); err == nil || !kept() {
			t.Errorf("%s: %v, and the former file is gone", name, err)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(file), ".*")); len(left) > 0 {
		t.Errorf("%v was left behind", left)
	}
	if err := backup(t.Context(), data, file, true); err != nil {
		t.Error(err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the backup is %v, %v", info.Mode(), err)
	}
	for name, err := range map[string]error{
		"restore": second(Restore(t.Context(), file, data)),
		"import":  second(Import(t.Context(), new(bytes.Buffer), data)),
	} {
		if !errors.Is(err, ErrThere) {
			t.Errorf("%s: %v, want %v", name, err, ErrThere)
		}
	}
}

func second[T any](_ T, err error) error { return err }

// TestRefusals: a file that is no store of Ponte's, and a newer one, are
// refused, and nothing is left in the folder.
func TestRefusals(t *testing.T) {
	foreign := filepath.Join(t.TempDir(), "foreign")
	if err := os.WriteFile(foreign, bytes.Repeat([]byte("a letter\n"), 2000), 0o600); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(t.TempDir(), "data")
	if _, ok := errors.AsType[*bolt.DamagedError](second(Restore(t.Context(), foreign, data))); !ok {
		t.Error("a file that is no store was restored")
	}
	newer := filepath.Join(t.TempDir(), "newer")
	s, err := bolt.Open(t.Context(), newer, bolt.Options{}, storage.Define("items", func(*bot.Item) storage.Key { return storage.K("x") },
		func(old json.RawMessage) (json.RawMessage, error) { return old, nil }))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := second(Restore(t.Context(), newer, data)); !errors.Is(err, storage.ErrNewerFormat) {
		t.Errorf("%v, want %v", err, storage.ErrNewerFormat)
	}
	if err := second(Import(t.Context(), bytes.NewReader([]byte("{}\n")), data)); !errors.Is(err, lines.ErrDamaged) {
		t.Errorf("%v, want %v", err, lines.ErrDamaged)
	}
	if left, _ := filepath.Glob(filepath.Join(data, "*")); len(left) > 0 {
		t.Errorf("%v was left behind", left)
	}
}

func TestTidy(t *testing.T) {
	data := t.TempDir()
	for _, name := range []string{".backup", "..backup.123", ".ponte.db.123", "ponte.db", "mine"} {
		if err := os.WriteFile(filepath.Join(data, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := Tidy(data); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(data)
	if err != nil || len(entries) != 2 || entries[0].Name() != "mine" || entries[1].Name() != "ponte.db" {
		t.Errorf("%v, %v", entries, err)
	}
}

// TestKeysAreNotExported keeps what a store signs with to itself.
func TestKeysAreNotExported(t *testing.T) {
	data, said := begun(t)
	err := within(t.Context(), File(data), func(s *bolt.Store) error {
		return s.Update(t.Context(), func(tx *storage.Tx) error {
			return records.Keys.Insert(tx, records.Key{For: "media", Secret: []byte("hush, hush")})
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	err = within(t.Context(), File(data), func(s *bolt.Store) error {
		counts, err := ExportTo(t.Context(), s, &out)
		if counts["keys"] > 0 || counts["effects"] == 0 {
			t.Errorf("exported %v", counts)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if text := out.String(); strings.Contains(text, "aHVzaCwgaHVzaA") || strings.Contains(text, `"keys"`) || !strings.Contains(text, string(said)) {
		t.Errorf("the export is %s", text)
	}
	if _, err := Import(t.Context(), &out, filepath.Join(t.TempDir(), "other")); err != nil {
		t.Error(err)
	}
}
