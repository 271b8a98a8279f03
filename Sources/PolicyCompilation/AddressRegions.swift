import ClusterModel
import NetworkTypes

/// Lists of block atoms, by direction, that hold all addresses between two borders of prefixes.
struct AddressRegion: Hashable {
  /// Id in ``AddressRegions/blockLists`` of the atoms for ingress and egress peers.
  var ingress: UInt32
  var egress: UInt32
}

/// Cuts the address space at the borders of all blocks and their excepts; a region carries the blocks of all enclosing
/// prefixes, not only of the longest.
struct AddressRegions {
  /// One border prefix and what changes inside of it.
  private struct Border {
    var prefix: IPPrefix
    /// Block atoms that start to match, and that an except ends, by direction.
    var added: [Direction: [UInt32]] = [:]
    var removed: [Direction: [UInt32]] = [:]
  }

  /// Interned lists of block atoms; list 0 is empty. Atoms of the two directions are numbered apart.
  private(set) var blockLists = ListInterner()
  private var borders: [Border] = []
  private var borderOfPrefix: [IPPrefix: Int] = [:]

  /// - Parameter atoms: of each direction, in which block atoms point to `blocks`.
  init(_ blocks: AddressBlocks, ingress: PeerAtoms, egress: PeerAtoms) {
    _ = blockLists.intern([])
    for (direction, atoms) in [(Direction.ingress, ingress), (.egress, egress)] {
      for (id, atom) in atoms.atoms.enumerated() {
        guard case .block(let number) = atom else { continue }
        let block = blocks.blocks[Int(number)]
        // An except around the whole block leaves nothing of it.
        if block.except.contains(where: { $0.contains(block.prefix) }) { continue }
        borders[border(block.prefix)].added[direction, default: []].append(UInt32(id))
        for except in block.except where except.family == block.prefix.family {
          borders[border(except)].removed[direction, default: []].append(UInt32(id))
        }
      }
    }
    // Enclosing prefixes first.
    borders.sort { ($0.prefix.length, $0.prefix.address) < ($1.prefix.length, $1.prefix.address) }
  }

  private mutating func border(_ prefix: IPPrefix) -> Int {
    if let index = borderOfPrefix[prefix] { return index }
    borders.append(Border(prefix: prefix))
    borderOfPrefix[prefix] = borders.count - 1
    return borders.count - 1
  }

  /// The border prefixes of a family, enclosing ones first.
  func borders(of family: AddressFamily) -> [Int] {
    borders.indices.filter { borders[$0].prefix.family == family }
  }

  func prefix(_ border: Int) -> IPPrefix { borders[border].prefix }

  /// The region inside of a border prefix, given the region around it.
  mutating func region(inside border: Int, of outer: AddressRegion) -> AddressRegion {
    AddressRegion(
      ingress: list(outer.ingress, borders[border], .ingress),
      egress: list(outer.egress, borders[border], .egress))
  }

  private mutating func list(_ outer: UInt32, _ border: Border, _ direction: Direction) -> UInt32 {
    let added = border.added[direction] ?? []
    let removed = border.removed[direction] ?? []
    if added.isEmpty && removed.isEmpty { return outer }
    // All three ascend: atoms were noted in the order of their numbers.
    var list: [UInt32] = []
    list.reserveCapacity(blockLists[outer].count + added.count)
    var (nextAdded, nextRemoved) = (0, 0)
    for atom in blockLists[outer] {
      while nextAdded < added.count, added[nextAdded] < atom {
        list.append(added[nextAdded])
        nextAdded += 1
      }
      if nextAdded < added.count, added[nextAdded] == atom { continue }
      while nextRemoved < removed.count, removed[nextRemoved] < atom { nextRemoved += 1 }
      if nextRemoved < removed.count, removed[nextRemoved] == atom { continue }
      list.append(atom)
    }
    list.append(contentsOf: added[nextAdded...])
    return blockLists.intern(list.span)
  }

  /// A region with atoms of a block more, or less.
  mutating func region(
    _ region: AddressRegion, adding: Bool, ingress: UInt32?, egress: UInt32?
  ) -> AddressRegion {
    func changed(_ list: UInt32, _ atom: UInt32?) -> UInt32 {
      guard let atom else { return list }
      var atoms = blockLists[list].filter { $0 != atom }
      if adding { atoms.insert(atom, at: atoms.firstIndex { $0 > atom } ?? atoms.count) }
      return blockLists.intern(atoms.span)
    }
    return AddressRegion(
      ingress: changed(region.ingress, ingress), egress: changed(region.egress, egress))
  }

  /// The list without the atoms for which `isKept` is false.
  mutating func filtered(_ list: UInt32, _ isKept: (UInt32) -> Bool) -> UInt32 {
    let kept = blockLists[list].filter(isKept)
    return kept.count == blockLists[list].count ? list : blockLists.intern(kept.span)
  }

  /// The IPv6 regions in ascending order of their first address; the first one starts at `::`.
  mutating func ipv6Regions() -> [(start: IPAddress, region: AddressRegion)] {
    let none = AddressRegion(ingress: 0, egress: 0)
    let first = IPAddress(ipv6High: 0, low: 0)
    var regions: [(start: IPAddress, region: AddressRegion)] = []
    func append(_ start: IPAddress, _ region: AddressRegion) {
      if regions.last?.start == start {
        regions[regions.count - 1].region = region
      } else {
        regions.append((start, region))
      }
    }
    append(first, none)
    // By address, enclosing first: the stack holds the prefixes that are open.
    let sorted = borders.filter { $0.prefix.family == .ipv6 }.sorted {
      ($0.prefix.address, $0.prefix.length) < ($1.prefix.address, $1.prefix.length)
    }
    var open: [(last: IPAddress, region: AddressRegion)] = []
    func closeBefore(_ address: IPAddress?) {
      while let innermost = open.last {
        if let address, innermost.last >= address { return }
        open.removeLast()
        if let next = innermost.last.successor { append(next, open.last?.region ?? none) }
      }
    }
    for border in sorted {
      closeBefore(border.prefix.address)
      let outer = open.last?.region ?? none
      let region = AddressRegion(
        ingress: list(outer.ingress, border, .ingress), egress: list(outer.egress, border, .egress))
      append(border.prefix.address, region)
      open.append((border.prefix.lastAddress, region))
    }
    closeBefore(nil)
    return regions
  }
}
