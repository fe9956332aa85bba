package storage

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
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
		"no record":      {"\x01\x01", nil, 0, "json: unexpected end of JSON input: "},
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

// What one package wrote the other reads as the first would.
func FuzzRecord(f *testing.F) {
	type inner struct {
		Text  string            `json:"text"`
		Named map[string]string `json:"named,omitempty"`
	}
	type record struct {
		Text  string          `json:"text"`
		N     int64           `json:"n"`
		U     uint8           `json:"u,omitempty"`
		F     float64         `json:"f"`
		Yes   bool            `json:"yes,omitempty"`
		For   time.Duration   `json:"for"`
		At    time.Time       `json:"at,omitzero"`
		Bytes []byte          `json:"bytes"`
		List  []inner         `json:"list"`
		One   *inner          `json:"one,omitempty"`
		Zero  inner           `json:"zero,omitzero"`
		Raw   json.RawMessage `json:"raw,omitempty"`
		Any   any             `json:"any"`
	}
	f.Add("hello", int64(1), 0.5, true, []byte("x"))
	f.Add("\xff\u2028<&>\x00\"\\ \U0001f600\ud7ff", int64(-1<<63), -1e300, false, []byte{})
	f.Fuzz(func(t *testing.T, text string, n int64, x float64, yes bool, raw []byte) {
		in := record{Text: text, N: n, U: uint8(n), F: x, Yes: yes, For: time.Duration(n), Bytes: raw, Any: []any{text, yes, nil}}
		if yes {
			in.At = time.Unix(n%1e10, n%1e9).UTC()
			in.List = []inner{{text, map[string]string{text: text, "b": "c"}}, {}}
			in.One, in.Zero, in.Raw = &in.List[0], in.List[0], json.RawMessage(`{"a":[1,null]}`)
		}
		kept, err := encode(in, 1)
		if err != nil {
			return // not a number
		}
		var want, got record
		if err := json.Unmarshal(kept[2:], &want); err != nil {
			t.Fatal(err)
		}
		if err := decode(kept, nil, &got); err != nil {
			t.Fatalf("%s: %v", kept, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", kept, diff)
		}
	})
}
