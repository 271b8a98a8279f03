/// The pod that a capture names: in an interface's description, or in a packet's comment.
public struct PodIdentity: Sendable, Hashable, Comparable {
  public var name: String
  /// `nil` where the capture does not say it.
  public var namespace: String?
  public var node: String?

  public init(name: String, namespace: String? = nil, node: String? = nil) {
    self.name = name
    self.namespace = namespace
    self.node = node
  }

  /// Reads an interface's description: `k8s.node=...;k8s.namespace=...;k8s.podName=...` with percent-encoded values
  /// (Inspektor Gadget), or a JSON object with `kubernetes.podName` (Tracee).
  ///
  /// - Returns: `nil` if the text is neither, or names no pod.
  public init?(interfaceDescription text: String) {
    if text.hasPrefix("{") {
      self.init(
        name: Self.jsonString("podName", in: text),
        namespace: Self.jsonString("podNamespace", in: text),
        node: Self.jsonString("hostName", in: text))
      return
    }
    var fields: [Substring: String] = [:]
    for field in text.split(separator: ";") {
      let parts = field.split(separator: "=", maxSplits: 1)
      if parts.count == 2 { fields[parts[0]] = Self.percentDecoded(parts[1]) }
    }
    self.init(
      name: fields["k8s.podName"], namespace: fields["k8s.namespace"], node: fields["k8s.node"])
  }

  /// Reads a packet's comment: lines `PodName: ...` and `PodNamespace: ...` (ptcpdump), or words `pod=...` and `ns=...`
  /// behind `rustnet`.
  ///
  /// - Returns: `nil` if the text is neither, or names no pod.
  public init?(packetComment text: String) {
    var fields: [Substring: String] = [:]
    if text.hasPrefix("rustnet ") {
      for word in text.split(separator: " ") {
        let parts = word.split(separator: "=", maxSplits: 1)
        if parts.count == 2 { fields[parts[0]] = String(parts[1]) }
      }
      self.init(name: fields["pod"], namespace: fields["ns"], node: nil)
      return
    }
    for line in text.split(whereSeparator: \.isNewline) {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { continue }
      fields[Self.trimmed(parts[0])] = String(Self.trimmed(parts[1]))
    }
    self.init(name: fields["PodName"], namespace: fields["PodNamespace"], node: nil)
  }

  /// A pod whose name could be one; what cannot be a name of Kubernetes is left out.
  private init?(name: String?, namespace: String?, node: String?) {
    guard let name, Self.isName(name) else { return nil }
    self.name = name
    self.namespace = namespace.flatMap { Self.isName($0) ? $0 : nil }
    self.node = node.flatMap { Self.isName($0) ? $0 : nil }
  }

  /// Whether the text is a DNS subdomain: lower-case letters, digits, `-` and `.`.
  private static func isName(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 253
      && text.utf8.allSatisfy { character in
        switch character {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
          UInt8(ascii: "-"), UInt8(ascii: "."):
          true
        default: false
        }
      }
  }

  /// The string value of a key anywhere in a JSON text. Names hold no character that JSON would escape.
  private static func jsonString(_ key: String, in text: String) -> String? {
    let parts = text.split(separator: "\"\(key)\"", maxSplits: 1)
    guard parts.count == 2 else { return nil }
    let rest = parts[1].drop { $0 == " " || $0 == ":" }
    guard rest.first == "\"" else { return nil }
    return String(rest.dropFirst().prefix { $0 != "\"" })
  }

  private static func percentDecoded(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), rest.count >= 2,
        let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }

  public static func < (left: Self, right: Self) -> Bool {
    (left.namespace ?? "", left.name, left.node ?? "")
      < (right.namespace ?? "", right.name, right.node ?? "")
  }
}
