# Print the C code of a manual page: the literal displays, without the signs of mdoc. Each display
# must hold whole functions or declarations.
/^\.Bd -literal/ { inside = 1; next }
/^\.Ed/ { if (inside) print ""; inside = 0; next }
inside {
	gsub(/\\-/, "-")
	gsub(/\\e/, "\\")
	sub(/^\\&/, "")
	print
}
