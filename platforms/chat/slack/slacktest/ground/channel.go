package ground

import "strings"

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
	Length      int                 `json:"-"` // what was announced
	Content     []byte              `json:"-"`
	Done        bool                `json:"-"`
}

// Under finds which thread a reply lands in. A parent that is gone, or never
// was, leaves the reply in the channel.
func (c *Channel) Under(ts string) (string, error) {
	if ts == "" {
		return "", nil
	}
	if seconds, micro, ok := strings.Cut(ts, "."); !ok || len(seconds) < 9 || len(micro) != 6 || strings.Trim(seconds+micro, "0123456789") != "" {
		return "", Refuse("thread_not_found")
	}
	parent := c.Message(ts)
	switch {
	case parent == nil:
		return "", nil
	case parent.IsReply():
		return "", Refuse("cannot_reply_to_message")
	}
	return ts, nil
}

// Short is a channel as payloads carry it.
func (c *Channel) Short() map[string]any { return map[string]any{"id": c.ID, "name": c.Spoken()} }

// Spoken is its name as payloads carry it: what is private has none.
func (c *Channel) Spoken() string {
	switch {
	case c.User != "":
		return "directmessage"
	case c.Private:
		return "privategroup"
	}
	return c.Name
}
