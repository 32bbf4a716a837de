cat <<A
A line of $(echo a) here-document
A
tr a-z A-Z <<'B' | cat
and another
B
while read -r word rest; do echo "$rest $word"; done <<C
one two
three four
C
