// The parameter table as people read it.
#pragma once
#include <string>

#include "agents/parameters.hpp"

namespace cli {

std::string parameters_table();  ///< for the terminal
std::string about_parameter(const agents::Parameter& row);
std::string parameters_markdown();  ///< the table of agents/ODD.md

}  // namespace cli
