"""Liquibase's changelogs: files of change sets, and files that say in which order those come."""
