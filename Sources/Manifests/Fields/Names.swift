/// The forms of names that the API server asks for. Each check gives what is wrong, or `nil`.
enum Names {
  /// Names of most objects: a DNS subdomain (RFC 1123) of at most 253 characters.
  static func subdomainProblem(_ name: String) -> String? {
    if name.utf8.count > 253 { return "longer than 253 characters" }
    let parts = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    return parts.allSatisfy(isLabel)
      ? nil
      : "not a DNS subdomain: lower-case letters, digits, `-` and `.`, with a letter or digit at both ends"
  }

  /// Names of namespaces: a DNS label (RFC 1123) of at most 63 characters.
  static func labelProblem(_ name: String) -> String? {
    if name.utf8.count > 63 { return "longer than 63 characters" }
    return isLabel(name.utf8[...])
      ? nil
      : "not a DNS label: lower-case letters, digits and `-`, with a letter or digit at both ends"
  }

  /// Keys of labels: an optional DNS subdomain and `/`, then at most 63 characters.
  static func labelKeyProblem(_ key: String) -> String? {
    let parts = key.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard parts.count <= 2, let name = parts.last else { return "more than one `/`" }
    if parts.count == 2 {
      if parts[0].isEmpty { return "nothing before the `/`" }
      if let problem = subdomainProblem(String(Substring(parts[0]))) {
        return "the part before the `/` is \(problem)"
      }
    }
    if name.isEmpty { return "empty" }
    if name.count > 63 { return "longer than 63 characters" }
    return isQualified(name) ? nil : Self.qualifiedForm
  }

  /// Values of labels: empty, or at most 63 characters.
  static func labelValueProblem(_ value: String) -> String? {
    if value.utf8.count > 63 { return "longer than 63 characters" }
    return value.isEmpty || isQualified(value.utf8[...]) ? nil : Self.qualifiedForm
  }

  /// Names of ports (RFC 6335 section 5.1, as N32 cites it).
  static func portNameProblem(_ name: String) -> String? {
    let bytes = Array(name.utf8)
    if bytes.isEmpty { return "it is empty" }
    if bytes.count > 15 { return "it is longer than 15 characters" }
    if bytes.contains(where: isUpperCase) { return "it may have lower-case letters only" }
    if bytes.contains(UInt8(ascii: "_")) { return "it has an underscore; use `-`" }
    if !bytes.allSatisfy({ isLowerCaseOrDigit($0) || $0 == UInt8(ascii: "-") }) {
      return "it may have lower-case letters, digits and `-` only"
    }
    if bytes.first == UInt8(ascii: "-") || bytes.last == UInt8(ascii: "-") {
      return "it begins or ends with `-`"
    }
    for index in 1..<bytes.count
    where bytes[index] == UInt8(ascii: "-") && bytes[index - 1] == UInt8(ascii: "-") {
      return "it has two `-` in a row"
    }
    if bytes.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 || $0 == UInt8(ascii: "-") }) {
      return "it needs a letter; for a port number, leave the quotes away"
    }
    return nil
  }

  /// The message about a port's name that is of no valid form.
  static func portNameFinding(_ name: String, _ problem: String) -> String {
    name.isEmpty
      ? "the port's name is empty" : "`\(name.shortened)` is no name of a port: \(problem)"
  }

  /// Domain names of peers (A14): at least two labels, perhaps `*.` before them and a dot after.
  static func domainNameProblem(_ name: String) -> String? {
    if name.contains("/") || name.contains(":") {
      return "a domain name has no scheme, port or path; write the name alone"
    }
    var rest = name.utf8[...]
    if rest.starts(with: "*.".utf8) { rest = rest.dropFirst(2) }
    if rest.last == UInt8(ascii: ".") { rest = rest.dropLast() }
    let labels = rest.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    if labels.contains(where: { $0.contains(UInt8(ascii: "*")) }) {
      return "`*` may only be the first label, as in `*.example.com`"
    }
    if labels.count < 2 { return "at least two labels are needed, as in `example.com`" }
    let isValid = labels.allSatisfy { label in
      guard let first = label.first, let last = label.last else { return false }
      return isAlphanumeric(first) && isAlphanumeric(last)
        && label.allSatisfy {
          isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
        }
    }
    return isValid ? nil : "only letters, digits, `-` and `.` are allowed, as in `www.example.com`"
  }

  private static let qualifiedForm =
    "only letters, digits, `-`, `_` and `.` are allowed, with a letter or digit at both ends"

  private static func isLabel(_ label: Substring.UTF8View) -> Bool {
    guard let first = label.first, let last = label.last else { return false }
    return isLowerCaseOrDigit(first) && isLowerCaseOrDigit(last)
      && label.allSatisfy { isLowerCaseOrDigit($0) || $0 == UInt8(ascii: "-") }
  }

  private static func isQualified(_ name: Substring.UTF8View) -> Bool {
    guard let first = name.first, let last = name.last else { return false }
    return isAlphanumeric(first) && isAlphanumeric(last)
      && name.allSatisfy {
        isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
          || $0 == UInt8(ascii: ".")
      }
  }

  private static func isLowerCaseOrDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z") || byte >= 0x30 && byte <= 0x39
  }

  private static func isUpperCase(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z")
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    isLowerCaseOrDigit(byte) || isUpperCase(byte)
  }
}
