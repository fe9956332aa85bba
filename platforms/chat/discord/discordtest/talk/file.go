package talk

import (
	"bytes"
	"fmt"
	"image"
	_ "image/gif"  // sizes of pictures
	_ "image/jpeg" // sizes of pictures
	_ "image/png"  // sizes of pictures
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"ponte/platforms/chat/discord/discordtest/guild"
	"ponte/platforms/chat/discord/discordtest/shape"
)

// goodFor is how long an address of a file works.
const goodFor = 24 * time.Hour

func (w *Talk) fileJSON(f *guild.File) guild.Obj {
	until := strconv.FormatInt(w.Now().Add(goodFor).Unix(), 16)
	o := guild.Obj{
		"id": f.ID, "filename": f.Name, "size": len(f.Data), "content_type": f.Type, "proxy_url": f.URL + "?ex=" + until + "&hm=" + f.ID,
		"url": f.URL + "?ex=" + until + "&is=0&hm=" + f.ID,
	}
	if f.Alt != "" {
		o["description"] = f.Alt
	}
	if f.Width > 0 {
		o["width"], o["height"] = f.Width, f.Height
	}
	return o
}

// Save keeps a file.
func (w *Talk) Save(channel string, u guild.Upload) *guild.File {
	f := &guild.File{ID: w.NewID(), Name: clean(u.Name), Type: u.Type, Alt: u.Alt, Data: u.Data, Channel: channel}
	if f.Type == "" || f.Type == "application/octet-stream" {
		f.Type = http.DetectContentType(u.Data)
	}
	if size, _, err := image.DecodeConfig(bytes.NewReader(u.Data)); err == nil {
		f.Width, f.Height = size.Width, size.Height
	}
	f.URL = w.Base() + "/attachments/" + path.Join(channel, f.ID, f.Name)
	w.files[f.ID] = f
	return f
}

// clean is a file's name as Discord keeps it.
func clean(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '-', r == '_':
			return r
		}
		return '_'
	}, path.Base(name))
}

// keep is the files that a message has after what was sent: those that it had
// and that attachments still name (all, when it is missing), and new ones.
func (w *Talk) keep(channel string, body guild.Obj, uploads []guild.Upload, had []*guild.File) ([]*guild.File, error) {
	listed, said := body["attachments"].([]any)
	alts, names, kept := map[string]string{}, map[string]string{}, []*guild.File{}
	for i, o := range shape.List(body, "attachments") {
		id := fmt.Sprint(o["id"])
		known := false
		for _, f := range had {
			if f.ID == id {
				kept, known = append(kept, f), true
			}
		}
		for _, u := range uploads {
			if u.Key == "files["+id+"]" {
				known = true
				alts[u.Key], names[u.Key] = shape.Str(o, "description"), shape.Str(o, "filename")
			}
		}
		if !known {
			return nil, shape.Form(shape.Field{Path: fmt.Sprintf("attachments.%d.id", i), Code: "ATTACHMENT_NOT_FOUND", Message: "Attachment data not found"})
		}
	}
	if !said || listed == nil {
		kept = append([]*guild.File{}, had...)
	}
	if len(kept)+len(uploads) > shape.FilesMost {
		return nil, shape.No(400, 30015, "Maximum number of attachments in a message reached (10)")
	}
	for _, u := range uploads {
		if len(u.Data) > shape.FileBytes {
			return nil, shape.No(413, 40005, "Request entity too large")
		}
		if alts[u.Key] != "" {
			u.Alt = alts[u.Key]
		}
		if names[u.Key] != "" {
			u.Name = names[u.Key]
		}
		kept = append(kept, w.Save(channel, u))
	}
	return kept, nil
}

// Download is the file under an address, while the address works.
func (w *Talk) Download(at *url.URL) (guild.File, bool) {
	w.Lock()
	defer w.Unlock()
	parts := strings.Split(strings.Trim(at.Path, "/"), "/")
	if len(parts) != 4 {
		return guild.File{}, false
	}
	f := w.files[parts[2]]
	until, err := strconv.ParseInt(at.Query().Get("ex"), 16, 64)
	if f == nil || err != nil || f.Channel != parts[1] || f.Name != parts[3] || at.Query().Get("hm") != f.ID || w.Now().Unix() > until {
		return guild.File{}, false
	}
	return *f, true
}
