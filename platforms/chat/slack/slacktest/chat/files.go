package chat

import (
	"encoding/json"
	"mime"
	"path"
	"slices"
	"unicode/utf8"

	"ponte/platforms/chat/slack/slacktest/ground"
)

func (w *Chat) file(id string) *ground.File {
	return ground.First(w.files, func(f *ground.File) bool { return f.ID == id && f.Done })
}

// newFile makes a file that holds nothing yet.
func (w *Chat) newFile(user, name, alt string, length int) *ground.File {
	id := w.NewID("F")
	at := w.Now().Unix()
	address := w.Base() + "/files-pri/" + w.ID + "-" + id + "/" + path.Base(name)
	kind := mime.TypeByExtension(path.Ext(name))
	if kind == "" {
		kind = "application/octet-stream"
	}
	f := &ground.File{
		ID: id, Created: at, Timestamp: at, Name: name, Title: name, MimeType: kind, User: user, Mode: "hosted", Alt: alt,
		URLPrivate: address, URLDownload: address + "?download=1", Channels: []string{}, Shares: map[string][]string{}, Length: length,
	}
	w.files = append(w.files, f)
	return f
}

// StartUpload is files.getUploadURLExternal.
func (w *Chat) StartUpload(name string, length int, alt string) (address, id string, err error) {
	w.Lock()
	defer w.Unlock()
	switch {
	case name == "" || length <= 0:
		return "", "", ground.Refuse("invalid_arguments")
	case length > 1<<30:
		return "", "", ground.Refuse("file_upload_size_restricted")
	case utf8.RuneCountInString(alt) > 1000:
		return "", "", ground.Refuse("alt_txt_too_large")
	}
	f := w.newFile(w.App.UserID, name, alt, length)
	return w.Base() + "/upload/v1/" + f.ID, f.ID, nil
}

// Receive takes the bytes of an upload.
func (w *Chat) Receive(id string, content []byte) error {
	w.Lock()
	defer w.Unlock()
	f := ground.First(w.files, func(f *ground.File) bool { return f.ID == id })
	switch {
	case f == nil || f.Done:
		return ground.Refuse("file_not_found")
	case len(content) != f.Length:
		return ground.Refuse("file_size_mismatch")
	}
	f.Content, f.Size = content, len(content)
	return nil
}

// Upload names a file and what it is called once it is there.
type Upload struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// FinishUpload is files.completeUploadExternal. The message that shows the
// files, if any, is written, but its time stamp is told to nobody.
func (w *Chat) FinishUpload(files []Upload, channels []string, p Post) ([]ground.File, error) {
	return ground.Locked(w.Ground, func() ([]ground.File, error) {
		switch {
		case len(files) == 0, p.Text != "" && !none(p.Blocks), p.Thread != "" && len(channels) > 1:
			return nil, ground.Refuse("invalid_arguments")
		case len(channels) > 100:
			return nil, ground.Refuse("too_many_channels")
		case hasMarkdown(p.Blocks):
			return nil, ground.Refuse("internal_error")
		}
		var found []*ground.File
		for _, u := range files {
			f := ground.First(w.files, func(f *ground.File) bool { return f.ID == u.ID })
			if f == nil || f.Content == nil || f.Done {
				return nil, ground.Refuse("file_not_found")
			}
			found = append(found, f)
		}
		var places []*ground.Channel
		for _, id := range channels {
			c, err := w.destination(id, true)
			if err != nil {
				return nil, err
			}
			places = append(places, c)
		}
		for i, u := range files {
			if found[i].Done = true; u.Title != "" {
				found[i].Title = u.Title
			}
		}
		for _, c := range places {
			if err := w.share(c, found, p); err != nil {
				return nil, err
			}
		}
		var done []ground.File
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
func (w *Chat) share(c *ground.Channel, files []*ground.File, p Post) error {
	thread, err := c.Under(p.Thread)
	if err != nil {
		return err
	}
	m := &ground.Message{User: w.App.UserID, BotID: w.App.BotID, AppID: w.App.ID, Text: p.Text, ThreadTS: thread}
	if !none(p.Blocks) {
		said, err := w.Body(p, false)
		if err != nil {
			return err
		}
		m.Blocks = said.Blocks
	}
	w.writeFiles(c, m, files)
	return nil
}

// writeFiles writes a message that shows files.
func (w *Chat) writeFiles(c *ground.Channel, m *ground.Message, files []*ground.File) {
	for _, f := range files {
		f.Channels = append(f.Channels, c.ID)
		m.Files = append(m.Files, *f)
	}
	m.Subtype = "file_share"
	w.Write(c, m)
	for _, f := range files {
		f.Shares[c.ID] = append(f.Shares[c.ID], m.TS)
		w.TellMembers(c, map[string]any{
			"type": "file_shared", "file_id": f.ID, "user_id": m.User, "channel_id": c.ID, "file": map[string]any{"id": f.ID},
		})
	}
}

// FileInfo is files.info.
func (w *Chat) FileInfo(id string) (ground.File, error) {
	w.Lock()
	defer w.Unlock()
	if f := w.file(id); f != nil {
		return *f, nil
	}
	return ground.File{}, ground.Refuse("file_not_found")
}

// Content is what a file holds.
func (w *Chat) Content(id string) ([]byte, error) {
	w.Lock()
	defer w.Unlock()
	if f := w.file(id); f != nil {
		return f.Content, nil
	}
	return nil, ground.Refuse("file_not_found")
}
