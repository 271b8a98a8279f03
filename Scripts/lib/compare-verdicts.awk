# Compares the flows of `flowverdict audit -o csv` with a table of expected verdicts.
#
# usage: awk -f compare-verdicts.awk EXPECTED.tsv AUDIT.csv
# Prints each flow whose verdict is not the table's, or that the table does not have, and a last line with the counts.
# Exits with 1 when there is any such flow, or no flow at all.

function end_name(end,    kind) {
  kind = $column[end "_kind"]
  if (kind == "pod") return $column[end "_namespace"] "/" $column[end "_name"]
  if (kind == "node") return "node/" $column[end "_name"]
  if (kind == "service") return "service/" $column[end "_namespace"] "/" $column[end "_name"]
  return $column[end "_ip"]
}

FNR == 1 { file_count++ }

# The expected table: its header, then its rows.
file_count == 1 {
  count = split($0, field, "\t")
  if (FNR == 1) {
    for (i = 1; i <= count; i++) expected_column[field[i]] = i
    next
  }
  key = field[expected_column["source"]] " " field[expected_column["destination"]] " " \
    field[expected_column["protocol"]] " " field[expected_column["port"]] " " \
    field[expected_column["family"]]
  expected[key] = field[expected_column["verdict"]] == "allow" ? "allowed" : "denied"
  next
}

# The audit: its header, then one flow a line. None of the columns used here holds a comma.
FNR == 1 {
  FS = ","
  $0 = $0 ""
  for (i = 1; i <= NF; i++) column[$i] = i
  next
}

{
  flows++
  port = $column["destination_port"]
  key = end_name("source") " " end_name("destination") " " $column["protocol"] " " \
    (port == "" ? "-" : port) " " (index($column["source_ip"], ":") ? 6 : 4)
  verdict = $column["verdict"]
  if (!(key in expected)) {
    wrong++
    print "  not in the table: " key " (" verdict ")"
  } else if (expected[key] != verdict) {
    wrong++
    print "  " key " is " verdict ", expected " expected[key]
  }
}

END {
  printf "%d flows, %d as expected\n", flows, flows - wrong
  exit wrong > 0 || flows == 0
}
