package web

import (
	"cmp"
	"context"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"fobdesk/internal/message"
	"fobdesk/web/view"
)

// getAdmin is where an admin starts.
func (s *Server) getAdmin(c echo.Context) error {
	return s.render(c, http.StatusOK, view.AdminPage(view.AdminProps{Chrome: s.chrome(c, "admin.title", nil)}))
}

// rolesNeeded says which roles open the admin pages.
func (s *Server) rolesNeeded(ctx context.Context) string {
	var names []string
	for _, role := range s.AdminRoles {
		names = append(names, cmp.Or(roleNames[role], role))
	}
	return message.Text(ctx, "admin.roles", "roles", strings.Join(names, ", "))
}

// roleNames are the names of directory roles by their template ids (Entra, "Microsoft Entra
// built-in roles"), as they stand in Entra itself; any other role is named as it is configured.
var roleNames = map[string]string{
	"62e90394-69f5-4237-9190-012177145e10": "Global Administrator",
	"7be44c8a-adaf-4e2a-84d6-ab2649e08a13": "Privileged Authentication Administrator",
	"c4e39bd9-1100-46d3-8c65-fb160da0071f": "Authentication Administrator",
	"0526716b-113d-4c15-b2c8-68e3c22b9f80": "Authentication Policy Administrator",
	"f2ef992c-3afb-46b9-b7cf-a126ee74c451": "Global Reader",
	"729827e3-9c14-49f7-bb1b-9608f156bbb8": "Helpdesk Administrator",
	"fe930be7-5e62-47db-91af-98c3a49a38b1": "User Administrator",
}
