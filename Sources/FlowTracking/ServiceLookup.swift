import NetworkTypes

/// A ``ServiceTranslation`` in both directions: from frontends and from backends to entries.
struct ServiceLookup {
  let translation: ServiceTranslation
  private let entriesOfBackend: [ServiceTranslation.Frontend: [Int]]

  init(_ translation: ServiceTranslation) {
    self.translation = translation
    var entries: [ServiceTranslation.Frontend: [Int]] = [:]
    // Backends do not say their protocol; it is that of the entry's frontends.
    for (frontend, entry) in translation.entries
    where translation.backends.indices.contains(entry) {
      for backend in translation.backends[entry] {
        let place = ServiceTranslation.Frontend(
          address: backend.address, ipProtocol: frontend.ipProtocol, port: backend.port)
        if entries[place]?.contains(entry) != true { entries[place, default: []].append(entry) }
      }
    }
    entriesOfBackend = entries
  }

  var isEmpty: Bool { translation.entries.isEmpty }

  /// The entry that a place is the frontend of.
  func entry(ofFrontend place: ServiceTranslation.Frontend) -> Int? { translation.entries[place] }

  /// Whether a place is a backend of `entry`.
  func isBackend(_ place: ServiceTranslation.Frontend, of entry: Int) -> Bool {
    entriesOfBackend[place]?.contains(entry) == true
  }

  func isBackend(_ place: ServiceTranslation.Frontend) -> Bool { entriesOfBackend[place] != nil }
}
