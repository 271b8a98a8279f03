#include "identities.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

// A prefix of a set.
struct member {
  struct peer_prefix prefix;
  uint32_t set;
};

static int compare_members(const void *left, const void *right) {
  const struct member *a = left, *b = right;
  if (a->prefix.address != b->prefix.address) return a->prefix.address < b->prefix.address ? -1 : 1;
  if (a->prefix.length != b->prefix.length) return a->prefix.length < b->prefix.length ? -1 : 1;
  return a->set < b->set ? -1 : a->set > b->set;
}

static bool holds(struct peer_prefix outer, struct peer_prefix inner) {
  if (outer.length > inner.length) return false;
  return outer.length == 0 || (outer.address ^ inner.address) >> (32 - outer.length) == 0;
}

// Lists of sets, each distinct list once; its number plus 1 is an identity.
struct signatures {
  size_t count, capacity, item_count, item_capacity;
  size_t *starts;  // of each list, and the end of the last
  uint32_t *items;
  size_t slot_mask;
  uint32_t *slots;  // number plus 1; 0 is empty
};

static uint64_t hash_of(const uint32_t *items, size_t count) {
  uint64_t hash = count;
  for (size_t index = 0; index < count; index++) hash = (hash ^ items[index]) * 0x9e3779b97f4a7c15u;
  return hash ^ hash >> 29;
}

static bool is_list(const struct signatures *all, uint32_t number, const uint32_t *items, size_t count) {
  size_t start = all->starts[number];
  return all->starts[number + 1] - start == count &&
         memcmp(all->items + start, items, count * sizeof *items) == 0;
}

// Returns the identity of a list, or 0 where memory ran out.
static uint32_t intern(struct signatures *all, const uint32_t *items, size_t count) {
  size_t slot = hash_of(items, count) & all->slot_mask;
  for (; all->slots[slot] != 0; slot = (slot + 1) & all->slot_mask)
    if (is_list(all, all->slots[slot] - 1, items, count)) return all->slots[slot];
  if (all->item_count + count > all->item_capacity) {
    size_t capacity = 2 * (all->item_count + count);
    uint32_t *larger = realloc(all->items, capacity * sizeof *larger);
    if (larger == NULL) return 0;
    all->items = larger;
    all->item_capacity = capacity;
  }
  memcpy(all->items + all->item_count, items, count * sizeof *items);
  all->item_count += count;
  all->count++;
  all->starts[all->count] = all->item_count;
  return all->slots[slot] = (uint32_t)all->count;
}

// Room for as many lists as there are prefixes.
static int make_signatures(struct signatures *all, size_t capacity) {
  memset(all, 0, sizeof *all);
  size_t slot_count = 16;
  while (slot_count < 2 * capacity) slot_count *= 2;
  all->slot_mask = slot_count - 1;
  all->starts = calloc(capacity + 1, sizeof *all->starts);
  all->slots = calloc(slot_count, sizeof *all->slots);
  return all->starts == NULL || all->slots == NULL ? ENOMEM : 0;
}

static void free_signatures(struct signatures *all) {
  free(all->starts);
  free(all->items);
  free(all->slots);
}

// Walks the prefixes from outer to inner; a prefix has the sets of all that hold it.
static int number_prefixes(const struct member *members, size_t count, struct signatures *signatures,
                           struct identities *result) {
  // Sets of the current prefix and, behind each other, of those around it; at most 33 deep.
  uint32_t *sets = malloc((count + 1) * sizeof *sets);
  if (sets == NULL) return ENOMEM;
  struct {
    struct peer_prefix prefix;
    size_t set_count;
  } stack[34];
  size_t depth = 0, set_count = 0;
  for (size_t index = 0; index < count;) {
    struct peer_prefix prefix = members[index].prefix;
    while (depth > 0 && !holds(stack[depth - 1].prefix, prefix)) depth--;
    set_count = depth == 0 ? 0 : stack[depth - 1].set_count;
    for (; index < count && members[index].prefix.address == prefix.address &&
           members[index].prefix.length == prefix.length;
         index++)
      sets[set_count++] = members[index].set;
    stack[depth].prefix = prefix;
    stack[depth].set_count = set_count;
    depth++;
    uint32_t identity = intern(signatures, sets, set_count);
    if (identity == 0) {
      free(sets);
      return ENOMEM;
    }
    result->prefixes[result->prefix_count] = prefix;
    result->identity_of_prefix[result->prefix_count++] = identity;
  }
  free(sets);
  return 0;
}

// The lists the other way round.
static int invert(const struct signatures *signatures, uint32_t set_count, struct identities *result) {
  result->set_offsets = calloc(set_count + 2, sizeof *result->set_offsets);
  result->identities_of_sets = malloc((signatures->item_count + 1) * sizeof(uint32_t));
  if (result->set_offsets == NULL || result->identities_of_sets == NULL) return ENOMEM;
  for (size_t item = 0; item < signatures->item_count; item++)
    result->set_offsets[signatures->items[item] + 2]++;
  for (uint32_t set = 0; set <= set_count; set++) result->set_offsets[set + 1] += result->set_offsets[set];
  for (uint32_t number = 0; number < signatures->count; number++)
    for (size_t item = signatures->starts[number]; item < signatures->starts[number + 1]; item++)
      result->identities_of_sets[result->set_offsets[signatures->items[item] + 1]++] = number + 1;
  return 0;
}

int find_identities(const struct peer_direction *policies, struct identities *result) {
  memset(result, 0, sizeof *result);
  size_t capacity = policies->set_offsets[policies->set_count];
  struct member *members = malloc((capacity + 1) * sizeof *members);
  result->prefixes = malloc((capacity + 1) * sizeof *result->prefixes);
  result->identity_of_prefix = malloc((capacity + 1) * sizeof(uint32_t));
  struct signatures signatures;
  int code = make_signatures(&signatures, capacity);
  if (members == NULL || result->prefixes == NULL || result->identity_of_prefix == NULL) code = ENOMEM;
  if (code == 0) {
    size_t count = 0;
    for (uint32_t set = 0; set < policies->set_count; set++) {
      if (is_any_set(policies, set)) continue;
      for (uint32_t index = policies->set_offsets[set]; index < policies->set_offsets[set + 1]; index++)
        members[count++] = (struct member){policies->set_prefixes[index], set};
    }
    qsort(members, count, sizeof *members, compare_members);
    code = number_prefixes(members, count, &signatures, result);
    if (code == 0) code = invert(&signatures, policies->set_count, result);
  }
  free_signatures(&signatures);
  free(members);
  return code;
}

void free_identities(struct identities *identities) {
  free(identities->prefixes);
  free(identities->identity_of_prefix);
  free(identities->set_offsets);
  free(identities->identities_of_sets);
}
