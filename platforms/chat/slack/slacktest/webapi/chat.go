package webapi

import (
	"encoding/json"
	"slices"

	"ponte/platforms/chat/slack/slacktest/chat"
	"ponte/platforms/chat/slack/slacktest/ground"
	"ponte/platforms/chat/slack/slacktest/workspace"
)

// post reads what a message says.
func (c *call) post() (chat.Post, error) {
	if err := c.need("channel"); err != nil {
		return chat.Post{}, refuse("channel_not_found")
	}
	p := chat.Post{
		Channel: c.str("channel"), TS: c.str("ts"), Text: c.str("text"), Thread: c.str("thread_ts"),
		Blocks: c.json("blocks"), Attachments: c.json("attachments"), Metadata: c.json("metadata"),
		Broadcast: c.yes("reply_broadcast"), User: c.str("user"),
		LinkNames: c.yes("link_names") || c.str("parse") == "full",
		Unfurl:    c.yes("unfurl_links"), UnfurlMedia: c.on("unfurl_media"),
		NoText: !c.has("text"), NoAttachments: !c.has("attachments"),
	}
	if markdown := c.str("markdown_text"); markdown != "" {
		switch {
		case p.Text != "" || len(p.Blocks) > 0:
			return p, refuse("markdown_text_conflict")
		case len([]rune(markdown)) > 12_000:
			return p, refuse("msg_too_long")
		}
		p.Blocks, _ = json.Marshal([]any{map[string]any{"type": "markdown", "text": markdown}})
	}
	return p, nil
}

func postMessage(c *call) (map[string]any, error) {
	p, err := c.post()
	if err != nil {
		return nil, err
	}
	m, err := c.api.Workspace.AppPosts(p)
	return map[string]any{"channel": m.Channel, "ts": m.TS, "message": m}, err
}

func postEphemeral(c *call) (map[string]any, error) {
	p, err := c.post()
	if err != nil {
		return nil, err
	}
	m, err := c.api.Workspace.AppWhispers(p)
	return map[string]any{"message_ts": m.TS}, err
}

func update(c *call) (map[string]any, error) {
	p, err := c.post()
	if err != nil {
		return nil, err
	}
	m, err := c.api.Workspace.AppEdits(p)
	return map[string]any{"channel": m.Channel, "ts": m.TS, "text": m.Text, "message": m}, err
}

func deleteMessage(c *call) (map[string]any, error) {
	err := c.api.Workspace.AppDeletes(c.str("channel"), c.str("ts"))
	return map[string]any{"channel": c.str("channel"), "ts": c.str("ts")}, err
}

func permalink(c *call) (map[string]any, error) {
	link, err := c.api.Workspace.Permalink(c.str("channel"), c.str("message_ts"))
	return map[string]any{"channel": c.str("channel"), "permalink": link}, err
}

// channelObject is a channel as the conversations methods show it.
func channelObject(w *workspace.Workspace, c chat.Sight) map[string]any {
	o := map[string]any{
		"id": c.ID, "is_archived": c.Archived, "is_private": c.Private, "is_member": c.Member, "context_team_id": w.ID,
		"is_shared": c.Shared, "is_ext_shared": c.Shared, "is_channel": !c.Private, "is_group": c.Private && c.User == "",
		"is_im": c.User != "", "is_mpim": false, "created": 1_700_000_000,
	}
	if c.User != "" {
		o["user"] = c.User
		return o
	}
	o["name"], o["name_normalized"], o["num_members"] = c.Name, c.Name, len(c.Members)
	return o
}

func conversationInfo(c *call) (map[string]any, error) {
	w := c.api.Workspace
	seen, err := w.Conversation(c.str("channel"))
	if err != nil {
		return nil, err
	}
	return map[string]any{"channel": channelObject(w, seen)}, nil
}

func conversationList(c *call) (map[string]any, error) {
	types := list(c.str("types"))
	if len(types) == 0 {
		types = []string{"public_channel"}
	}
	var all []any
	for _, seen := range c.api.Workspace.Channels() {
		kind := "public_channel"
		switch {
		case seen.User != "":
			kind = "im"
		case seen.Private:
			kind = "private_channel"
		}
		if slices.Contains(types, kind) && !(seen.Archived && c.yes("exclude_archived")) {
			all = append(all, channelObject(c.api.Workspace, seen))
		}
	}
	page, cursor, err := c.page(all)
	return map[string]any{"channels": page, "response_metadata": next(cursor)}, err
}

func conversationMembers(c *call) (map[string]any, error) {
	seen, err := c.api.Workspace.Conversation(c.str("channel"))
	if err != nil {
		return nil, err
	}
	var all []any
	for _, m := range seen.Members {
		all = append(all, m)
	}
	page, cursor, err := c.page(all)
	return map[string]any{"members": page, "response_metadata": next(cursor)}, err
}

// span reads which part of a history is asked for.
func (c *call) span() chat.Page {
	p := chat.Page{
		Oldest: c.str("oldest"), Latest: c.str("latest"), Cursor: c.str("cursor"),
		Inclusive: c.yes("inclusive"), Limit: min(c.number("limit"), 999),
	}
	c.api.mu.Lock()
	defer c.api.mu.Unlock()
	if most := c.api.pageCap; most > 0 && (p.Limit == 0 || p.Limit > most) {
		p.Limit = most
	}
	return p
}

// messages is a page of a history as it is answered.
func (c *call) messages(page []ground.Message, cursor string, err error) (map[string]any, error) {
	if err != nil {
		return nil, err
	}
	if page == nil {
		page = []ground.Message{}
	}
	if !c.yes("include_all_metadata") {
		for i := range page {
			page[i].Metadata = nil
		}
	}
	answer := map[string]any{"messages": page, "has_more": cursor != ""}
	if cursor != "" {
		answer["response_metadata"] = next(cursor)
	}
	return answer, nil
}

func conversationHistory(c *call) (map[string]any, error) {
	return c.messages(c.api.Workspace.History(c.str("channel"), c.span()))
}

func conversationReplies(c *call) (map[string]any, error) {
	if err := c.need("ts"); err != nil {
		return nil, err
	}
	return c.messages(c.api.Workspace.Replies(c.str("channel"), c.str("ts"), c.span()))
}

func conversationOpen(c *call) (map[string]any, error) {
	users := list(c.str("users"))
	if len(users) != 1 {
		return nil, refuse("users_list_not_supplied")
	}
	w := c.api.Workspace
	seen, err := w.Open(users[0])
	return map[string]any{"channel": channelObject(w, seen)}, err
}

func conversationJoin(c *call) (map[string]any, error) {
	w := c.api.Workspace
	if err := w.Join(c.str("channel")); err != nil {
		return nil, err
	}
	seen, err := w.Conversation(c.str("channel"))
	return map[string]any{"channel": channelObject(w, seen)}, err
}
