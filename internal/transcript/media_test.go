package transcript

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"

	"ponte/internal/guard"
)

// world is the net outside, which answers 200 to all who ask, but where a story says
// otherwise.
type world map[string]string

// RoundTrip answers as a story has it: a status, a kind of picture, or "lies in a
// private network".
func (w world) RoundTrip(r *http.Request) (*http.Response, error) {
	says := w[r.URL.String()]
	status, body := http.StatusOK, []byte("a page")
	if n, err := strconv.Atoi(says); err == nil {
		status = n
	} else if kind, ok := strings.CutPrefix(says, "picture "); ok {
		body = drawing(kind)
	} else if says == "private" {
		return nil, guard.ErrPrivate
	}
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(body)), Request: r}, nil
}

// drawing is a picture of one colour, the same for the same name.
func drawing(name string) []byte {
	m := image.NewNRGBA(image.Rect(0, 0, 40, 30))
	for i := range 40 * 30 {
		m.Set(i%40, i/40, color.NRGBA{name[0], byte(len(name)), 90, 255})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// uploader is a chat that takes a picture by itself, and names it by its hash.
type uploader interface {
	upload(who string, at place, id string, data []byte) (hash string, told *answer, err error)
}

// uploads gives Ponte a picture, for the open form or for what is said next.
func uploads(s *story, a []string) error {
	p, err := s.who(a[0])
	if err != nil {
		return err
	}
	at := p.at
	if p.form != nil {
		at = p.formAt
	}
	if at.room == "" {
		at.room = "inbox"
	}
	data := drawing(a[1])
	if a[1] == "letter" {
		data = []byte("Dear all, this is no picture.")
	}
	p.deeds++
	hands, ok := s.chat.(uploader)
	if !ok {
		return errors.New("nothing can be uploaded in this chat")
	}
	hash, told, err := hands.upload(p.name, at, fmt.Sprintf("%s-upload-%d", p.name, p.deeds), data)
	if err != nil {
		return err
	}
	if told != nil {
		p.told = told
		return nil
	}
	if p.form == nil {
		p.hand = append(p.hand, hash)
		return nil
	}
	for _, f := range p.form.fields {
		if _, typed := p.typed[f.name]; f.name == "pictures" && !typed {
			p.typed[f.name] = f.value
		}
	}
	p.typed["pictures"] = strings.TrimSpace(p.typed["pictures"] + " " + hash)
	return nil
}

// describes says what the last picture of the open form shows.
func describes(s *story, a []string) error {
	p, err := s.writing(a[0])
	if err != nil {
		return err
	}
	for _, f := range p.form.fields {
		if _, typed := p.typed[f.name]; f.name == "pictures" && !typed {
			p.typed[f.name] = f.value
		}
	}
	all := strings.Fields(p.typed["pictures"])
	if len(all) == 0 {
		return fmt.Errorf("the form has no picture")
	}
	p.typed["alt:"+all[len(all)-1]], err = spoken(a[1])
	return err
}

// upload sends a file as a browser does.
func (c console) upload(who string, at place, id string, data []byte) (hash string, told *answer, err error) {
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for name, value := range map[string]string{"brand": brandOf(who), "room": at.room, "thread": at.thread, "deed": id} {
		if err := form.WriteField(name, value); err != nil {
			return "", nil, err
		}
	}
	file, err := form.CreateFormFile("file", "picture.jpg") // which it is not
	if err != nil {
		return "", nil, err
	}
	if _, err := file.Write(data); err != nil {
		return "", nil, err
	}
	if err := form.Close(); err != nil {
		return "", nil, err
	}
	r, err := http.NewRequest(http.MethodPost, consoleURL+"/act/upload", &b)
	if err != nil {
		return "", nil, err
	}
	r.Header.Set("Content-Type", form.FormDataContentType())
	body, status, err := c.ask(who, r, "application/json")
	if err != nil && status == 0 {
		return "", nil, err
	}
	a, err := answered(body)
	if err != nil {
		return "", nil, err
	}
	var got struct{ Picture *struct{ Hash string } }
	if err := json.Unmarshal([]byte(body), &got); err != nil || got.Picture == nil {
		return "", &a, err
	}
	return got.Picture.Hash, nil, nil
}
