module github.com/gennaker/gennaker

go 1.26.0
