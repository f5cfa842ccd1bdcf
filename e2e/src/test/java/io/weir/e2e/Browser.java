package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** A real Chromium without a screen. What a page shows comes late, so every look waits for it. */
final class Browser implements AutoCloseable {
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final Path DRIVER = Path.of("/usr/bin/chromedriver");

    private static final int MOST_TABS = 100;
    private static final String TEXTS = "return [...document.querySelectorAll(arguments[0])]"
            + ".map(each => each.checkVisibility() ? each.innerText : '')";

    private final ChromeDriver driver;

    private Browser(ChromeDriver driver) {
        this.driver = driver;
    }

    /** Starts one; without a Chromium the test is skipped. */
    static Browser start() {
        assumeTrue(
                Files.isExecutable(CHROMIUM) && Files.isExecutable(DRIVER),
                "skipped: no Chromium; install chromium and chromium-driver");
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        ChromeOptions options = new ChromeOptions();
        options.setBinary(CHROMIUM.toString());
        // Its own sandbox wants what root in a container has not; it opens nothing but our page.
        options.addArguments("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu");
        options.setCapability("goog:loggingPrefs", logs);
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(DRIVER.toFile())
                .build();
        ChromeDriver driver = new ChromeDriver(service, options);
        driver.manage().window().setSize(new Dimension(1280, 1400));
        return new Browser(driver);
    }

    void open(String url) {
        driver.get(url);
    }

    void size(int width, int height) {
        driver.manage().window().setSize(new Dimension(width, height));
    }

    /** Waits until an element with this selector shows a text. */
    void awaitText(String selector, String text) {
        await("'" + text + "' in " + selector)
                .atMost(EventuallyEqual.DEADLINE)
                .untilAsserted(() -> assertThat(texts(selector))
                        .anySatisfy(shown -> assertThat(shown).contains(text)));
    }

    /** Waits until no element with this selector shows a text. */
    void awaitNoText(String selector, String text) {
        await("no '" + text + "' in " + selector)
                .atMost(EventuallyEqual.DEADLINE)
                .untilAsserted(() -> assertThat(texts(selector)).noneMatch(shown -> shown.contains(text)));
    }

    /** Waits until so many elements have this selector. */
    void awaitCount(String selector, int count) {
        await(count + " of " + selector)
                .atMost(EventuallyEqual.DEADLINE)
                .untilAsserted(() -> assertThat(texts(selector)).hasSize(count));
    }

    /** The texts that are shown there now; taken at once, as the page draws its elements anew at any time. */
    List<String> texts(String selector) {
        Object found = driver.executeScript(TEXTS, selector);
        return found instanceof List<?> all ? all.stream().map(String::valueOf).toList() : List.of();
    }

    /** Presses a button by what it says, inside the elements of a selector. */
    void press(String selector, String label) {
        await("press " + label + " in " + selector)
                .atMost(EventuallyEqual.DEADLINE)
                .ignoreExceptions()
                .until(() -> {
                    WebElement button = driver.findElements(By.cssSelector(selector + " button")).stream()
                            .filter(each -> each.isDisplayed() && each.getText().equals(label))
                            .findFirst()
                            .orElseThrow();
                    button.click();
                    return true;
                });
    }

    /** Types into a field, in the place of what is there. */
    void type(String selector, String text) {
        WebElement field = driver.findElement(By.cssSelector(selector));
        field.clear();
        field.sendKeys(text);
    }

    /** Chooses an entry of a select by what it says; waits until it is there. */
    void choose(String selector, String text) {
        await("choose " + text + " in " + selector)
                .atMost(EventuallyEqual.DEADLINE)
                .ignoreExceptions()
                .until(() -> {
                    driver.findElements(By.cssSelector(selector + " option")).stream()
                            .filter(each -> each.getText().equals(text))
                            .findFirst()
                            .orElseThrow()
                            .click();
                    return true;
                });
    }

    /** Clicks what is no button. */
    void click(String selector) {
        driver.findElement(By.cssSelector(selector)).click();
    }

    /** Presses a key where the focus is; not on an element, which the page may draw anew in that moment. */
    void key(Keys key) {
        new Actions(driver).sendKeys(key).perform();
    }

    /** Goes on with the tabulator until something with this text has the focus, as one does who has no mouse. */
    void tabTo(String text) {
        for (int i = 0; i < MOST_TABS; i++) {
            key(Keys.TAB);
            if (text.equals(run("return document.activeElement.textContent.trim()"))) {
                return;
            }
        }
        throw new AssertionError("no tabulator leads to " + text);
    }

    /** Makes the browser ask pages for their dark, or light, colours. */
    void scheme(String name) {
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", name))));
    }

    /** What a script of the page's own makes of it; for what no element shows. */
    Object run(String script) {
        return driver.executeScript(script);
    }

    /** Errors that the page's scripts or its policy made. */
    List<String> errors() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .filter(entry -> entry.getLevel().intValue() >= Level.SEVERE.intValue())
                .map(Object::toString)
                .toList();
    }

    /** A picture of the window. */
    void picture(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.write(file, driver.getScreenshotAs(OutputType.BYTES));
    }

    @Override
    public void close() {
        driver.quit();
    }
}
