package commandlist

import (
	"ponte/bot/act"
	"ponte/commands"
	"ponte/commands/approvals"
	"ponte/commands/calendar"
	"ponte/commands/picture"
	"ponte/commands/posts"
	"ponte/commands/role"
	"ponte/commands/timeline"
)

// All lists every command that a Ponte has, without one.
func All() []act.Command {
	book := commands.New(nil, nil, nil, nil, nil, nil, nil, nil)
	book.Add(nil, append(timeline.New(nil, book, nil).Specs(), approvals.Spec())...)
	book.Add(nil, append(posts.New(nil, nil, nil, nil).Specs(), posts.Results(nil))...)
	book.Add(nil, calendar.New(nil, nil, nil).Specs()...)
	book.Add(nil, picture.New(nil, book, nil, nil).Specs()...)
	book.Add(nil, role.Spec(nil))
	return book.List()
}
