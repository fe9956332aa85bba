package web

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/slack-go/slack"

	"ponte/bot"
)

var errTooBig = errors.New("slack: the file is too big")

// Fetch has the bytes of a file, whose size is said to be, and at most, so many bytes.
func (sp *Space) Fetch(ctx context.Context, address string, size int64, most int) ([]byte, error) {
	if size > int64(most) {
		return nil, errTooBig
	}
	data := bounded{most: most}
	err := sp.API.GetFileContext(ctx, address, &data)
	return data.Bytes(), err
}

// bounded takes a file's bytes, up to the most there may be.
type bounded struct {
	bytes.Buffer
	most int
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > b.most {
		return 0, errTooBig
	}
	return b.Buffer.Write(p)
}

// glance is how long is waited between two looks at a file that Slack still works at.
const glance = 500 * time.Millisecond

// Upload brings a file to the workspace, shown nowhere, and returns its id once a
// message may show it. An answer that was lost on the way is looked for: a file that
// is there is not brought twice.
func (sp *Space) Upload(ctx context.Context, name, title string, data []byte) (id string, err error) {
	to, err := sp.API.GetUploadURLExternalContext(ctx, slack.GetUploadURLExternalParameters{FileName: name, FileSize: len(data)})
	if err != nil {
		return "", err
	}
	sent := sp.API.UploadToURL(ctx, slack.UploadToURLParameters{UploadURL: to.UploadURL, Filename: name, Reader: bytes.NewReader(data)})
	if sent != nil { // the address is a key
		sent = errors.New("the bytes of a file did not reach Slack")
	}
	_, done := sp.API.CompleteUploadExternalContext(ctx, slack.CompleteUploadExternalParameters{Files: []slack.FileSummary{{ID: to.FileID, Title: title}}})
	if done != nil && Fault(done, true, "").Kind != bot.Ambiguous {
		return "", errors.Join(done, sent)
	}
	return to.FileID, sp.shows(ctx, to.FileID, errors.Join(done, sent))
}

// shows waits until a file can be shown. While Slack does not know what it is, it cannot.
func (sp *Space) shows(ctx context.Context, id string, before error) error {
	for {
		f, _, _, err := sp.API.GetFileInfoContext(ctx, id, 0, 0)
		if err != nil {
			return errors.Join(err, before)
		}
		if f.Mimetype != "" {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), before)
		case <-time.After(glance):
		}
	}
}
