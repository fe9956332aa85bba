package workspace

import (
	"encoding/json"
	"mime"
	"path"
	"slices"
	"unicode/utf8"
)

// File is a file as the Web API shows it.
type File struct {
	ID          string              `json:"id"`
	Created     int64               `json:"created"`
	Timestamp   int64               `json:"timestamp"`
	Name        string              `json:"name"`
	Title       string              `json:"title"`
	MimeType    string              `json:"mimetype"`
	User        string              `json:"user"`
	Size        int                 `json:"size"`
	Mode        string              `json:"mode"`
	Alt         string              `json:"alt_txt,omitempty"`
	URLPrivate  string              `json:"url_private"`
	URLDownload string              `json:"url_private_download"`
	Channels    []string            `json:"channels"`
	Shares      map[string][]string `json:"-"`
	length      int
	content     []byte
	done        bool
}

func (w *Workspace) file(id string) *File {
	return first(w.files, func(f *File) bool { return f.ID == id && f.done })
}

// newFile makes a file that holds nothing yet.
func (w *Workspace) newFile(user, name, alt string, length int) *File {
	id := w.id("F")
	at := w.now().Unix()
	address := w.base() + "/files-pri/" + w.ID + "-" + id + "/" + path.Base(name)
	kind := mime.TypeByExtension(path.Ext(name))
	if kind == "" {
		kind = "application/octet-stream"
	}
	f := &File{
		ID: id, Created: at, Timestamp: at, Name: name, Title: name, MimeType: kind, User: user, Mode: "hosted", Alt: alt,
		URLPrivate: address, URLDownload: address + "?download=1", Channels: []string{}, Shares: map[string][]string{}, length: length,
	}
	w.files = append(w.files, f)
	return f
}

// StartUpload is files.getUploadURLExternal.
func (w *Workspace) StartUpload(name string, length int, alt string) (address, id string, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case name == "" || length <= 0:
		return "", "", refuse("invalid_arguments")
	case length > 1<<30:
		return "", "", refuse("file_upload_size_restricted")
	case utf8.RuneCountInString(alt) > 1000:
		return "", "", refuse("alt_txt_too_large")
	}
	f := w.newFile(w.App.UserID, name, alt, length)
	return w.base() + "/upload/v1/" + f.ID, f.ID, nil
}

// Receive takes the bytes of an upload.
func (w *Workspace) Receive(id string, content []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	f := first(w.files, func(f *File) bool { return f.ID == id })
	switch {
	case f == nil || f.done:
		return refuse("file_not_found")
	case len(content) != f.length:
		return refuse("file_size_mismatch")
	}
	f.content, f.Size = content, len(content)
	return nil
}

// Upload names a file and what it is called once it is there.
type Upload struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// FinishUpload is files.completeUploadExternal. The message that shows the
// files, if any, is written, but its time stamp is told to nobody.
func (w *Workspace) FinishUpload(files []Upload, channels []string, p Post) ([]File, error) {
	return locked(w, func() ([]File, error) {
		switch {
		case len(files) == 0, p.Text != "" && !none(p.Blocks), p.Thread != "" && len(channels) > 1:
			return nil, refuse("invalid_arguments")
		case len(channels) > 100:
			return nil, refuse("too_many_channels")
		case hasMarkdown(p.Blocks):
			return nil, refuse("internal_error")
		}
		var found []*File
		for _, u := range files {
			f := first(w.files, func(f *File) bool { return f.ID == u.ID })
			if f == nil || f.content == nil || f.done {
				return nil, refuse("file_not_found")
			}
			found = append(found, f)
		}
		var places []*Channel
		for _, id := range channels {
			c, err := w.destination(id, true)
			if err != nil {
				return nil, err
			}
			places = append(places, c)
		}
		for i, u := range files {
			if found[i].done = true; u.Title != "" {
				found[i].Title = u.Title
			}
		}
		for _, c := range places {
			if err := w.share(c, found, p); err != nil {
				return nil, err
			}
		}
		var done []File
		for _, f := range found {
			done = append(done, *f)
		}
		return done, nil
	})
}

func hasMarkdown(raw json.RawMessage) bool {
	var list []struct{ Type string }
	return json.Unmarshal(raw, &list) == nil && slices.ContainsFunc(list, func(b struct{ Type string }) bool { return b.Type == "markdown" })
}

// share shows files in a channel.
func (w *Workspace) share(c *Channel, files []*File, p Post) error {
	thread, err := c.under(p.Thread)
	if err != nil {
		return err
	}
	m := &Message{User: w.App.UserID, BotID: w.App.BotID, AppID: w.App.ID, Text: p.Text, ThreadTS: thread}
	if !none(p.Blocks) {
		said, err := w.body(p, false)
		if err != nil {
			return err
		}
		m.Blocks = said.Blocks
	}
	w.writeFiles(c, m, files)
	return nil
}

// writeFiles writes a message that shows files.
func (w *Workspace) writeFiles(c *Channel, m *Message, files []*File) {
	for _, f := range files {
		f.Channels = append(f.Channels, c.ID)
		m.Files = append(m.Files, *f)
	}
	m.Subtype = "file_share"
	w.write(c, m)
	for _, f := range files {
		f.Shares[c.ID] = append(f.Shares[c.ID], m.TS)
		w.tellMembers(c, map[string]any{
			"type": "file_shared", "file_id": f.ID, "user_id": m.User, "channel_id": c.ID, "file": map[string]any{"id": f.ID},
		})
	}
}

// FileInfo is files.info.
func (w *Workspace) FileInfo(id string) (File, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if f := w.file(id); f != nil {
		return *f, nil
	}
	return File{}, refuse("file_not_found")
}

// Content is what a file holds.
func (w *Workspace) Content(id string) ([]byte, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if f := w.file(id); f != nil {
		return f.content, nil
	}
	return nil, refuse("file_not_found")
}
