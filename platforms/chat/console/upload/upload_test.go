package upload

import (
	"net/http/httptest"
	"strings"
	"testing"

	"ponte/bot"
)

func FuzzRead(f *testing.F) {
	f.Add("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nsea\r\n--x--\r\n")
	f.Add("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"brand\"\r\n\r\naurora\r\n--x--\r\n")
	f.Add("multipart/mixed", "--x")
	f.Add("text/plain", "")
	f.Fuzz(func(t *testing.T, kind, body string) {
		r := httptest.NewRequest("POST", "/act/upload", strings.NewReader(body))
		r.Header.Set("Content-Type", kind)
		data, err := New().Read(httptest.NewRecorder(), r)
		if err == nil && len(data) == 0 || err != nil && (data != nil || bot.KindOf(err) != bot.Invalid) {
			t.Errorf("read as %q, %v", data, err)
		}
		if r.PostForm == nil || len(r.PostForm) > mostFields {
			t.Errorf("fields %v", r.PostForm)
		}
	})
}

func TestHashes(t *testing.T) {
	one := strings.Repeat("0f", 32)
	for text, want := range map[string]int{"": 0, " ": 0, one: 1, " " + one + "\n" + one: 2} {
		if got, err := Hashes(text); err != nil || len(got) != want {
			t.Errorf("%q is read as %v, %v", text, got, err)
		}
	}
	for _, text := range []string{one + "0", strings.ToUpper(one), "../" + one, strings.Repeat(one+" ", PerMessage+1)} {
		if got, err := Hashes(text); err == nil {
			t.Errorf("%q is read as %v", text, got)
		}
	}
}
