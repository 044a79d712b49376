using System.Globalization;

namespace Cloud.Tests;

/// <summary>Numbers that a longer run sets from outside.</summary>
static class TestSettings
{
    /// <param name="name">Of an environment variable.</param>
    public static double Number(string name, double otherwise) =>
        double.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var number)
            ? number
            : otherwise;
}
