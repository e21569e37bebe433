// The secret side of a sealed film: its key, who may have it, and the payload under it. libsodium does all of
// the cryptography; which of its functions does what stands in docs/share_format.md.
#pragma once

#include "sharing/format/key_files.h"
#include "sharing/format/share_format.h"

namespace scrim {

/// Whom a film is sealed to. At least one of them.
struct Audience {
  std::vector<PublicKey> keys;
  const SecretBytes* passphrase = nullptr;
};

/// With what a film is opened: one of them.
struct Opener {
  const SecretKey* key = nullptr;
  const SecretBytes* passphrase = nullptr;
};

/// Seals a code under a new random key. Fills in nonce and payload size of `header`, whose other fields say what
/// the code is.
ShareFile seal_code(ShareHeader header, const TernarySigns& code, const Audience& audience);

/// Throws Error when the opener is not among the recipients, or anything in header, recipients or payload was
/// changed by somebody who could not open the file; only then is the code decoded.
TernarySigns open_code(const ShareFile& file, const Opener& opener, std::string_view name);

/// Change who may open the file; its payload and key stay. Who has opened it before keeps what he has.
void add_recipients(ShareFile& file, const Opener& opener, const Audience& audience, std::string_view name);
/// Key ids as 16 hexadecimal digits, or "passphrase". Throws Error when one is not there or none would be left.
void remove_recipients(ShareFile& file, const Opener& opener, const std::vector<std::string>& ids,
                       std::string_view name);

}  // namespace scrim
