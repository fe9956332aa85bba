package storage

import (
	"encoding/json"
	"errors"
	"testing"
)

func TestRecord(t *testing.T) {
	up := []Upgrade{
		func(json.RawMessage) (json.RawMessage, error) { return json.RawMessage(`{"N":2}`), nil },
		func(old json.RawMessage) (json.RawMessage, error) {
			return nil, errors.New("cannot: " + string(old))
		},
	}
	raw, err := encode(map[string]string{"a": "<&>"}, 1)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(raw), "\x01\x01"+`{"a":"<&>"}`; got != want {
		t.Errorf("written as %q, want %q", got, want)
	}
	for name, c := range map[string]struct {
		raw  string
		up   []Upgrade
		want int
		err  string
	}{
		"as it is":       {"\x01\x01" + `{"N":1}`, nil, 1, ""},
		"upgraded":       {"\x01\x01" + `{"N":1}`, up[:1], 2, ""},
		"not upgraded":   {"\x01\x01" + `{"N":1}`, up, 0, `upgrade from schema 2: cannot: {"N":2}`},
		"newer schema":   {"\x01\x03" + `{"N":1}`, up[:1], 0, ErrNewerFormat.Error() + ": schema 3, known is 2"},
		"newer format":   {"\x02\x01" + `{"N":1}`, nil, 0, ErrNewerFormat.Error() + ": record format 2, known is 1"},
		"cut short":      {"\x01", nil, 0, "the record is cut short"},
		"no schema":      {"\x01\x00{}", nil, 0, "the record has no schema"},
		"endless number": {"\x01\xff\xff", nil, 0, "the record has no schema"},
		"no record":      {"\x01\x01", nil, 0, "unexpected end of JSON input"},
	} {
		t.Run(name, func(t *testing.T) {
			var got struct{ N int }
			err := decode([]byte(c.raw), c.up, &got)
			if got.N != c.want {
				t.Errorf("got %d, want %d", got.N, c.want)
			}
			if (err == nil) != (c.err == "") || err != nil && err.Error() != c.err {
				t.Errorf("error %v, want %q", err, c.err)
			}
		})
	}
}
