package view

import (
	"fmt"
	"strconv"
)

// Chart is a picture of counts, with the table behind it.
type Chart struct {
	ID      string // of its element
	Title   string
	Text    string // what the picture shows, in a sentence
	Kind    string // heading of the table's first column
	Number  string // heading of its second
	Bars    []Bar
	Upright bool // the bars stand side by side, as for days; else they lie one below the other
	ViewBox string
	// RightToLeft says that it is read that way: the days and the bars begin at the right.
	RightToLeft bool
}

// Bar is one count of a chart and where it is drawn.
type Bar struct {
	Label  string // in the table
	Mark   string // in the picture, beside the bar
	Count  int
	Number string // the count as text

	X, Y, Width, Height string
	MarkX, MarkY        string
	NumberX, NumberY    string
}

// Sizes of a chart in its own units, so chosen that on a narrow phone a unit is about a pixel.
const (
	chartWidth = 280
	barArea    = 96              // height of the tallest upright bar
	barTop     = 18              // room for the number above it
	lineHeight = 42              // of a lying bar with its words
	longest    = chartWidth - 40 // of a lying bar; its number stands beside it
)

// Standing draws the bars side by side.
func (c Chart) Standing() Chart {
	most := c.most()
	step := float64(chartWidth) / float64(max(1, len(c.Bars)))
	for i := range c.Bars {
		bar := &c.Bars[i]
		height := float64(barArea) * float64(bar.Count) / float64(most)
		left := step * float64(i)
		bar.X, bar.Width = c.across(left+step*0.15, step*0.7), unit(step*0.7)
		bar.Y, bar.Height = unit(barTop+barArea-height), unit(height)
		bar.MarkX, bar.MarkY = c.across(left+step/2, 0), unit(barTop+barArea+16)
		bar.NumberX, bar.NumberY = bar.MarkX, unit(barTop+barArea-height-4)
	}
	c.Upright, c.ViewBox = true, fmt.Sprintf("0 0 %d %d", chartWidth, barTop+barArea+22)
	return c
}

// Lying draws the bars one below the other.
func (c Chart) Lying() Chart {
	most := c.most()
	for i := range c.Bars {
		bar := &c.Bars[i]
		length := max(2, float64(longest)*float64(bar.Count)/float64(most))
		top := float64(lineHeight * i)
		bar.X, bar.Y, bar.Width, bar.Height = c.across(0, length), unit(top+20), unit(length), "14"
		bar.MarkX, bar.MarkY = c.across(0, 0), unit(top+14)
		bar.NumberX, bar.NumberY = c.across(length+6, 0), unit(top+31)
	}
	c.ViewBox = fmt.Sprintf("0 0 %d %d", chartWidth, lineHeight*len(c.Bars))
	return c
}

// most is the greatest count, at least 1.
func (c Chart) most() int {
	most := 1
	for _, bar := range c.Bars {
		most = max(most, bar.Count)
	}
	return most
}

// across is where something of this width begins that lies x from the side where reading begins.
func (c Chart) across(x, width float64) string {
	if c.RightToLeft {
		x = chartWidth - x - width
	}
	return unit(x)
}

func unit(x float64) string { return strconv.FormatFloat(x, 'f', 1, 64) }
