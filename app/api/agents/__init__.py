"""What agents are given: the tools and resources of the Model Context Protocol, over HTTP and over a pipe, llms.txt."""
