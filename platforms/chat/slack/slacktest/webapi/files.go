package webapi

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"

	"ponte/platforms/chat/slack/slacktest/chat"
)

// list splits what is separated by commas.
func list(text string) []string {
	var all []string
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			all = append(all, part)
		}
	}
	return all
}

// page cuts one page out of a list, by limit and cursor.
func (c *call) page(all []any) (page []any, cursor string, err error) {
	from := 0
	if text := c.str("cursor"); text != "" {
		raw, err := base64.StdEncoding.DecodeString(text)
		if err == nil {
			from, err = strconv.Atoi(string(raw))
		}
		if err != nil || from > len(all) || from < 0 {
			return nil, "", refuse("invalid_cursor")
		}
	}
	to := len(all)
	if limit := c.number("limit"); limit > 0 {
		to = min(from+limit, len(all))
	}
	if to < len(all) {
		cursor = base64.StdEncoding.EncodeToString([]byte(strconv.Itoa(to)))
	}
	return append([]any{}, all[from:to]...), cursor, nil
}

func uploadStart(c *call) (map[string]any, error) {
	if err := c.need("filename", "length"); err != nil {
		return nil, err
	}
	address, id, err := c.api.Workspace.StartUpload(c.str("filename"), c.number("length"), c.str("alt_txt"))
	return map[string]any{"upload_url": address, "file_id": id}, err
}

// upload takes the bytes, as they are or as a form's only file.
func (c *call) upload(w http.ResponseWriter) {
	content := c.request.Body
	if strings.HasPrefix(c.kind, "multipart/form-data") {
		c.http.Body = io.NopCloser(strings.NewReader(string(content)))
		content = nil
		if err := c.http.ParseMultipartForm(largest); err == nil { //nolint:gosec // the body was read and bounded
			for _, files := range c.http.MultipartForm.File {
				if opened, err := files[0].Open(); err == nil {
					content, _ = io.ReadAll(opened)
					opened.Close()
				}
			}
		}
	}
	if err := c.api.Workspace.Receive(strings.TrimPrefix(c.http.URL.Path, "/upload/v1/"), content); err != nil {
		c.plain(w, http.StatusBadRequest, err.Error())
		return
	}
	c.plain(w, http.StatusOK, "OK - "+strconv.Itoa(len(content)))
}

func uploadFinish(c *call) (map[string]any, error) {
	var files []chat.Upload
	if json.Unmarshal(c.json("files"), &files) != nil {
		return nil, missing("files")
	}
	channels := list(c.str("channels"))
	if channel := c.str("channel_id"); channel != "" {
		channels = append(channels, channel)
	}
	done, err := c.api.Workspace.FinishUpload(files, channels, chat.Post{
		Text: c.str("initial_comment"), Blocks: c.json("blocks"), Thread: c.str("thread_ts"),
	})
	var short []any
	for _, f := range done {
		short = append(short, map[string]any{"id": f.ID, "title": f.Title})
	}
	return map[string]any{"files": short}, err
}

func fileInfo(c *call) (map[string]any, error) {
	f, err := c.api.Workspace.FileInfo(c.str("file"))
	return map[string]any{"file": f, "comments": []any{}}, err
}

// download gives a file out to who may read files. Others are led to the sign-in
// page, as Slack does it.
func (c *call) download(w http.ResponseWriter) {
	if err := c.allowed(method{scopes: []string{"files:read"}}); err != nil {
		w.Header().Set("Location", "/signin?redir="+c.http.URL.Path)
		c.plain(w, http.StatusFound, "")
		return
	}
	name, _, _ := strings.Cut(strings.TrimPrefix(c.http.URL.Path, "/files-pri/"), "/")
	_, id, _ := strings.Cut(name, "-")
	content, err := c.api.Workspace.Content(id)
	if err != nil {
		c.plain(w, http.StatusNotFound, "")
		return
	}
	f, _ := c.api.Workspace.FileInfo(id)
	w.Header().Set("Content-Type", f.MimeType)
	_, _ = w.Write(content)
}

func viewOpen(c *call) (map[string]any, error) {
	if err := c.need("trigger_id", "view"); err != nil {
		return nil, err
	}
	return viewed(c.api.Workspace.OpenView(c.str("trigger_id"), c.json("view")))
}

func viewPush(c *call) (map[string]any, error) {
	if err := c.need("trigger_id", "view"); err != nil {
		return nil, err
	}
	return viewed(c.api.Workspace.PushView(c.str("trigger_id"), c.json("view")))
}

func viewUpdate(c *call) (map[string]any, error) {
	if err := c.need("view"); err != nil {
		return nil, err
	}
	return viewed(c.api.Workspace.UpdateView(c.str("view_id"), c.str("external_id"), c.str("hash"), c.json("view")))
}

func viewPublish(c *call) (map[string]any, error) {
	if err := c.need("user_id", "view"); err != nil {
		return nil, err
	}
	return viewed(c.api.Workspace.PublishView(c.str("user_id"), c.str("hash"), c.json("view")))
}

func viewed(view map[string]any, err error) (map[string]any, error) {
	return map[string]any{"view": view}, err
}
