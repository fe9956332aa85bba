// Package workspace is a whole Slack workspace: what is talked in it, and what
// people do to the app's messages and views. Its methods are what the app asks
// for and what people do; they refuse with Slack's codes. It knows nothing of
// HTTP or WebSockets: whoever carries deliveries is given.
package workspace

import (
	"time"

	"ponte/platforms/chat/slack/slacktest/chat"
	"ponte/platforms/chat/slack/slacktest/ground"
)

// Workspace is one workspace with one app in it. It is safe for concurrent use.
type Workspace struct {
	*chat.Chat
	views    []*View
	triggers map[string]*trigger
	hooks    map[string]*hook
}

// New returns a workspace with the app and nobody else in it. Now is its clock;
// base is the address under which its hooks and files are reached, without a
// slash at the end.
func New(now func() time.Time, base func() string) *Workspace {
	return &Workspace{
		Chat:     &chat.Chat{Ground: ground.New(now, base)},
		triggers: map[string]*trigger{}, hooks: map[string]*hook{},
	}
}

// The words of the rooms below that tests say besides a workspace's own.
type (
	// Delivery is what the app is sent.
	Delivery = ground.Delivery
	// Reply is what the app answers to one.
	Reply = ground.Reply
	// Message is one message of a channel.
	Message = ground.Message
	// User is somebody of the workspace.
	User = ground.User
	// Uploaded is a file that somebody gave.
	Uploaded = chat.Uploaded
	// Post is a message as the app wants it.
	Post = chat.Post
)

// The kinds of delivery.
const (
	Event       = ground.Event
	Command     = ground.Command
	Interaction = ground.Interaction
)
