"""Keras models of the recogniser's networks: conversion of published weights, and training of the heads."""
