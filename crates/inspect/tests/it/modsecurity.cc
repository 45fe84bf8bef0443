// Asks libmodsecurity what it makes of bytes. Each line of input is `<what> <hexadecimal>`, each line of output the answer:
// the transformed bytes, or for `sqli` and `xss` what its copy of libinjection says.
//
// The library exports more than its headers declare; what is used of it is declared here.

#include <modsecurity/actions/action.h>

#include <cstdio>
#include <iostream>
#include <map>
#include <string>

namespace modsecurity {
namespace actions {
namespace transformations {
class Transformation : public Action {
 public:
    static Transformation *instantiate(std::string name);
};
}  // namespace transformations
}  // namespace actions
}  // namespace modsecurity

extern "C" {
int libinjection_sqli(const char *input, size_t length, char fingerprint[]);
int libinjection_xss(const char *input, size_t length);
}

static std::string bytes(const std::string &hex) {
    std::string out;
    for (size_t at = 0; at + 1 < hex.size(); at += 2) {
        out += static_cast<char>(std::stoi(hex.substr(at, 2), nullptr, 16));
    }
    return out;
}

static void answer(const std::string &text) {
    for (unsigned char byte : text) {
        printf("%02x", byte);
    }
    printf("\n");
}

int main() {
    using modsecurity::actions::transformations::Transformation;
    std::map<std::string, modsecurity::actions::Action *> known;
    std::string line;
    while (std::getline(std::cin, line)) {
        const size_t space = line.find(' ');
        const std::string what = line.substr(0, space);
        const std::string input = bytes(line.substr(space + 1));
        if (what == "sqli") {
            char fingerprint[16] = {0};
            const int found = libinjection_sqli(input.data(), input.size(), fingerprint);
            printf("%d %s\n", found, fingerprint);
        } else if (what == "xss") {
            printf("%d\n", libinjection_xss(input.data(), input.size()));
        } else {
            auto &transformation = known[what];
            if (transformation == nullptr) {
                transformation = Transformation::instantiate("t:" + what);
            }
            answer(transformation->evaluate(input, nullptr));
        }
    }
    return 0;
}
