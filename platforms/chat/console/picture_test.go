package console

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/chat/console/upload"
)

// upload gives the console a picture as somebody.
func (r *rig) upload(as string, data []byte, pairs ...string) (int, reply) {
	r.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	fields := append(slices.Clone(pairs), "brand", "aurora", "room", "inbox", "deed", "d1") // of two of a name the first counts
	for i := 0; i+1 < len(fields); i += 2 {
		if err := form.WriteField(fields[i], fields[i+1]); err != nil {
			r.t.Fatal(err)
		}
	}
	file, err := form.CreateFormFile("file", "sea.png")
	if err != nil {
		r.t.Fatal(err)
	}
	if _, err := file.Write(data); err != nil {
		r.t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		r.t.Fatal(err)
	}
	q := r.request("POST", "/act/upload", as, nil, "Accept", "application/json", "Content-Type", form.FormDataContentType())
	q.Body, q.ContentLength = io.NopCloser(&body), int64(body.Len())
	status, text, _ := r.answer(q)
	var out reply
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		r.t.Fatalf("upload answers %d %q", status, text)
	}
	return status, out
}

func TestPictureIsGiven(t *testing.T) {
	r := newRig(t)
	top := r.send("inbox", "k1", act.Send{Card: card.Notice(card.Literal("hello"))})
	var heard []act.Event
	r.listen(func(_ context.Context, e act.Event) (act.Answer, error) {
		heard = append(heard, e)
		return act.Answer{Picture: &bot.Picture{Hash: kept, Type: "image/png", Size: 3, Width: 4, Height: 5}}, nil
	})
	status, got := r.upload("aurora/ana", []byte("sea"), "thread", top)
	if diff := cmp.Diff(&keptPicture{kept, "image/png", 4, 5}, got.Picture); status != http.StatusOK || diff != "" {
		t.Errorf("a picture answers %d %s", status, diff)
	}
	want := []act.Event{act.Uploaded{Scene: act.Scene{
		ID: "aurora/ana/d1", Who: bot.Actor{Platform: "console", Space: "aurora", User: "ana", Name: "Ana Ruiz"}, At: aurora("inbox"), Thread: top,
	}, Data: []byte("sea")}}
	if diff := cmp.Diff(want, heard); diff != "" {
		t.Errorf("what is heard (-want +got):\n%s", diff)
	}
	for name, c := range map[string]struct {
		as     string
		data   []byte
		pairs  []string
		status int
	}{
		"at the limit":        {"aurora/ana", make([]byte, upload.Most), nil, http.StatusOK},
		"a byte too many":     {"aurora/ana", make([]byte, upload.Most+1), nil, http.StatusUnprocessableEntity},
		"nothing in it":       {"aurora/ana", nil, nil, http.StatusUnprocessableEntity},
		"a room not theirs":   {"aurora/olga", []byte("sea"), []string{"room", "secret"}, http.StatusForbidden},
		"another brand":       {"bosco/bruno", []byte("sea"), nil, http.StatusForbidden},
		"no such thread":      {"aurora/ana", []byte("sea"), []string{"thread", "nowhere"}, http.StatusNotFound},
		"far too many fields": {"aurora/ana", []byte("sea"), strings.Split(strings.Repeat("a,b,", 30)+"c,d", ","), http.StatusUnprocessableEntity},
	} {
		status, got := r.upload(c.as, c.data, c.pairs...)
		if status != c.status || status != http.StatusOK && (got.said() == "" || got.Picture != nil) {
			t.Errorf("%s: answers %d %q, not %d", name, status, got.said(), c.status)
		}
	}
}

// shelf keeps pictures of one brand in memory.
type shelf map[string][]byte

func (s shelf) Bytes(_ context.Context, brand bot.BrandID, hash string) (bot.Picture, []byte, error) {
	data, ok := s[string(brand)+"/"+hash]
	if !ok {
		return bot.Picture{}, nil, bot.Errorf(bot.NotFound, "console.picture_gone")
	}
	kind := "image/png"
	if bytes.HasPrefix(data, []byte("<svg")) {
		kind = "image/svg+xml"
	}
	return bot.Picture{Hash: hash, Type: kind}, data, nil
}

func TestPictureIsShown(t *testing.T) {
	drawn := strings.Repeat("b2", 32)
	r := newRig(t, func(o *Options) {
		o.Media = shelf{"aurora/" + kept: []byte("sea"), "aurora/" + drawn: []byte("<svg><script>alert(1)</script></svg>")}
	})
	for _, c := range []struct {
		path, as string
		status   int
		kind     string
	}{
		{"/media/aurora/" + kept, "aurora/olga", 200, "image/png"},
		{"/media/aurora/" + drawn, "aurora/ana", 200, "application/octet-stream"},
		{"/media/aurora/" + strings.Repeat("c3", 32), "aurora/ana", 404, ""},
		{"/media/aurora/" + strings.ToUpper(kept), "aurora/ana", 404, ""},
		{"/media/aurora/" + kept, "bosco/bruno", 404, ""},
		{"/media/bosco/" + kept, "bosco/bruno", 404, ""},
	} {
		status, _, h := r.answer(r.request("GET", c.path, c.as, nil))
		if status != c.status || c.kind != "" && (h.Get("Content-Type") != c.kind || h.Get("X-Content-Type-Options") != "nosniff" ||
			h.Get("Content-Security-Policy") != "default-src 'none'; sandbox" || !strings.HasPrefix(h.Get("Cache-Control"), "private")) {
			t.Errorf("%s gets %s as %d %v", c.as, c.path, status, h)
		}
	}
	top := r.send("inbox", "k1", act.Send{Card: card.Card{Blocks: []card.Block{{Picture: &card.Picture{Hash: kept, Alt: "The sea"}}}}})
	if _, body := r.get("/c/aurora/inbox/"+top, "aurora/ana"); !strings.Contains(body, `<img src="/media/aurora/`+kept+`" alt="The sea">`) {
		t.Error("a card does not show its picture")
	}
}

func TestPicturesGoWithWords(t *testing.T) {
	r := newRig(t)
	var heard []act.Event
	r.listen(func(_ context.Context, e act.Event) (act.Answer, error) {
		heard = append(heard, e)
		return act.Answer{}, nil
	})
	other := strings.Repeat("b2", 32)
	for _, text := range []string{"", "look", "/ponte post look"} {
		if status, got := r.act("say", "aurora/ana", "text", text, "pictures", kept+" "+other); status != http.StatusOK {
			t.Errorf("%q with pictures answers %d %s", text, status, got.said())
		}
	}
	var with [][]string
	for _, e := range heard {
		switch e := e.(type) {
		case act.Noted:
			with = append(with, e.Pictures)
		case act.Commanded:
			with = append(with, e.Pictures)
		}
	}
	if diff := cmp.Diff([][]string{{kept, other}, {kept, other}, {kept, other}}, with); diff != "" {
		t.Errorf("what is heard (-want +got):\n%s", diff)
	}
	if _, body := r.get("/c/aurora/inbox", "aurora/olga"); strings.Count(body, "/media/aurora/"+other) != 4 {
		t.Error("the notes do not show their pictures, each with a link")
	}
	many := strings.Repeat(kept+" ", upload.PerMessage+1)
	for _, pictures := range []string{"nonsense", kept + "0", many} {
		if status, got := r.act("say", "aurora/ana", "text", "look", "pictures", pictures); status != http.StatusUnprocessableEntity || got.said() == "" {
			t.Errorf("pictures %.80q answer %d", pictures, status)
		}
	}
	if status, got := r.act("say", "aurora/ana", "deed", "one", "text", "a", "pictures", kept); status != http.StatusOK {
		t.Fatal(got.said())
	}
	if status, _ := r.act("say", "aurora/ana", "deed", "one", "text", "a", "pictures", other); status != http.StatusConflict {
		t.Errorf("another picture under the same deed answers %d", status)
	}
}

func TestFormTakesManyFields(t *testing.T) {
	r := newRig(t)
	got := 0
	r.listen(func(_ context.Context, e act.Event) (act.Answer, error) {
		got = len(e.(act.Submitted).Values)
		return act.Answer{}, nil
	})
	var pairs []string
	for i := range 2 * maxValues {
		pairs = append(pairs, fmt.Sprintf("value.f%d", i), "x")
	}
	if status, _ := r.act("submit", "aurora/ana", pairs...); status != http.StatusOK || got != maxValues {
		t.Errorf("a form of too many fields answers %d, with %d of them", status, got)
	}
}
