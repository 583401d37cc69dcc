"""What a session leaves for continuous integration: numbers in JUnit's XML, and GitHub's annotations, summary and outputs."""
