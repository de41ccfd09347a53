package main

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// mutant is one change of the source.
type mutant struct {
	id   int
	file string // below the package's folder
	line int
	in   string // the function; "open(2)" for the second change of this very kind and code in it
	kind string
	code string // what is changed, as it stands in the source
	into string // what it becomes
}

// same reports whether the other is told apart from this one by its line alone.
func (m mutant) same(other mutant) bool {
	m.id, m.line = other.id, other.line
	return m == other
}

func (m mutant) String() string {
	return fmt.Sprintf("%s:%d %s %s: %s → %s", m.file, m.line, m.in, m.kind, m.code, m.into)
}

// site is a place of a file where mutants live. render writes it with all of them in it, each asleep.
type site struct {
	start, end int
	render     func(self int) string
}

// source is a file whose sites are found.
type source struct {
	pkg   *packages.Package
	file  *ast.File
	name  string
	text  string
	in    string // the function that is looked through
	sites []site
	found *[]mutant // of the whole package
}

// operators are the changes of an operator.
var operators = map[token.Token]map[string]token.Token{
	token.LSS: {"boundary": token.LEQ, "negation": token.GEQ},
	token.LEQ: {"boundary": token.LSS, "negation": token.GTR},
	token.GTR: {"boundary": token.GEQ, "negation": token.LEQ},
	token.GEQ: {"boundary": token.GTR, "negation": token.LSS},
	token.EQL: {"negation": token.NEQ},
	token.NEQ: {"negation": token.EQL},
	token.ADD: {"arithmetic": token.SUB},
	token.SUB: {"arithmetic": token.ADD},
	token.MUL: {"arithmetic": token.QUO},
	token.QUO: {"arithmetic": token.MUL},
	token.REM: {"arithmetic": token.MUL},
}

// find looks through a declaration. What is constant for the compiler is left alone: no program can
// hold two of it.
func (s *source) find(root ast.Decl) {
	if f, ok := root.(*ast.FuncDecl); ok {
		s.in = f.Name.Name
	}
	ast.Inspect(root, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GenDecl:
			return n.Tok != token.CONST
		case *ast.ArrayType:
			return false
		case *ast.IfStmt:
			if n.Else == nil && leaves(n.Body) {
				s.guard(n.Cond)
			}
		case *ast.SwitchStmt:
			if n.Tag == nil {
				s.cases(n.Body)
			}
		case *ast.BinaryExpr:
			s.binary(n)
		case *ast.UnaryExpr:
			s.sign(n)
		case *ast.IncDecStmt:
			s.count(n)
		}
		return true
	})
	slices.SortStableFunc(s.sites, func(a, b site) int {
		if a.start != b.start {
			return a.start - b.start
		}
		return b.end - a.end
	})
}

// leaves reports whether a block ends in leaving what it stands in.
func leaves(block *ast.BlockStmt) bool {
	if len(block.List) == 0 {
		return false
	}
	switch block.List[len(block.List)-1].(type) {
	case *ast.ReturnStmt, *ast.BranchStmt:
		return true
	}
	return false
}

func (s *source) cases(body *ast.BlockStmt) {
	for _, clause := range body.List {
		for _, cond := range clause.(*ast.CaseClause).List {
			s.guard(cond)
		}
	}
}

// guard takes the condition out: it never holds. The probe stands last, so that only a test which
// makes the condition hold is said to reach it.
func (s *source) guard(cond ast.Expr) {
	id := s.add(cond, "guard", s.code(cond), "false")
	s.place(cond, func(self int) string {
		return fmt.Sprintf("((%s) && !mutantLives(%d))", s.part(cond, self), id)
	})
}

// binary changes an operator, and takes either side of && and || out.
func (s *source) binary(n *ast.BinaryExpr) {
	result, named := s.typeOf(n)
	if !named {
		return
	}
	var changed []string
	var ids []int
	if n.Op == token.LAND || n.Op == token.LOR {
		for _, side := range []ast.Expr{n.X, n.Y} {
			ids, changed = append(ids, s.add(side, "part", s.code(n), s.code(side))), append(changed, "")
		}
	}
	kinds := operators[n.Op]
	for _, kind := range []string{"boundary", "negation", "arithmetic"} {
		op, ok := kinds[kind]
		if !ok || !s.possible(n, op) {
			continue
		}
		ids = append(ids, s.add(n, kind, s.code(n), s.code(n.X)+" "+op.String()+" "+s.code(n.Y)))
		changed = append(changed, op.String())
	}
	if len(ids) == 0 {
		return
	}
	s.place(n, func(self int) string {
		x, y := s.part(n.X, self), s.part(n.Y, self)
		var b strings.Builder
		fmt.Fprintf(&b, "func() %s { switch {", result)
		for i, id := range ids {
			fmt.Fprintf(&b, " case mutantLives(%d): return ", id)
			switch {
			case changed[i] != "":
				fmt.Fprintf(&b, "(%s) %s (%s);", x, changed[i], y)
			case i == 0:
				fmt.Fprintf(&b, "%s;", x)
			default:
				fmt.Fprintf(&b, "%s;", y)
			}
		}
		fmt.Fprintf(&b, " }; return (%s) %s (%s) }()", x, n.Op, y)
		return b.String()
	})
}

// possible reports whether the operator can stand there instead: not between strings, and not where
// the compiler would divide by zero.
func (s *source) possible(n *ast.BinaryExpr, op token.Token) bool {
	basic, ok := s.pkg.TypesInfo.TypeOf(n.X).Underlying().(*types.Basic)
	if op == token.EQL || op == token.NEQ {
		return true
	}
	if !ok || (basic.Info()&types.IsString != 0 && operators[op]["arithmetic"] != 0) {
		return false
	}
	by := s.pkg.TypesInfo.Types[n.Y].Value
	return op != token.QUO || by == nil || constant.Sign(by) != 0
}

func (s *source) sign(n *ast.UnaryExpr) {
	result, named := s.typeOf(n)
	if n.Op != token.SUB || !named {
		return
	}
	id := s.add(n, "sign", s.code(n), "+"+s.code(n.X))
	s.place(n, func(self int) string {
		x := s.part(n.X, self)
		return fmt.Sprintf("func() %s { if mutantLives(%d) { return +(%s) }; return -(%s) }()", result, id, x, x)
	})
}

func (s *source) count(n *ast.IncDecStmt) {
	back := map[token.Token]token.Token{token.INC: token.DEC, token.DEC: token.INC}[n.Tok]
	id := s.add(n, "count", s.code(n), s.code(n.X)+back.String())
	s.place(n, func(self int) string {
		x := s.part(n.X, self)
		return fmt.Sprintf("func() { if mutantLives(%d) { %s%s } else { %s%s } }()", id, x, back, x, n.Tok)
	})
}

// typeOf returns the type of an expression as this file can name it, where it can.
func (s *source) typeOf(n ast.Expr) (string, bool) {
	named := true
	t := types.Default(s.pkg.TypesInfo.TypeOf(n))
	name := types.TypeString(t, func(p *types.Package) string {
		if p == s.pkg.Types {
			return ""
		}
		for _, spec := range s.file.Imports {
			if strings.Trim(spec.Path.Value, `"`) == p.Path() && spec.Name == nil {
				return p.Name()
			}
		}
		named = false
		return ""
	})
	return name, named
}

func (s *source) add(n ast.Node, kind, code, into string) int {
	id := len(*s.found) + 1
	line := s.pkg.Fset.Position(n.Pos()).Line
	flat := func(text string) string { return strings.Join(strings.Fields(text), " ") }
	m := mutant{id, s.name, line, s.in, kind, flat(code), flat(into)}
	for n := 2; slices.ContainsFunc(*s.found, m.same); n++ {
		m.in = fmt.Sprintf("%s(%d)", s.in, n)
	}
	*s.found = append(*s.found, m)
	return id
}

func (s *source) place(n ast.Node, render func(self int) string) {
	s.sites = append(s.sites, site{s.offset(n.Pos()), s.offset(n.End()), func(self int) string { return render(self) }})
}

func (s *source) offset(p token.Pos) int { return s.pkg.Fset.Position(p).Offset }

// code is a node as it stands in the source.
func (s *source) code(n ast.Node) string { return s.text[s.offset(n.Pos()):s.offset(n.End())] }

// part is a node with the sites in it, of those behind the site that it is a part of.
func (s *source) part(n ast.Node, of int) string {
	return s.between(s.offset(n.Pos()), s.offset(n.End()), of+1)
}

// whole is the file with all its mutants in it.
func (s *source) whole() string { return s.between(0, len(s.text), 0) }

func (s *source) between(from, to, first int) string {
	var b strings.Builder
	at := from
	for i := first; i < len(s.sites) && s.sites[i].start < to; i++ {
		if here := s.sites[i]; here.start >= at && here.end <= to {
			b.WriteString(s.text[at:here.start])
			b.WriteString(here.render(i))
			at = here.end
		}
	}
	b.WriteString(s.text[at:to])
	return b.String()
}
